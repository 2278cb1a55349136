import { describe, expect, it } from "vitest";
import { createActor, toPromise, waitFor } from "xstate";
import { flat } from "../runtime/flat.ts";

const data = `
context: { id: input.id, got: null }
states:
  ask: { type: initial, wait_for: "approval/{{ context.id }}", output_to_context: { got: output }, transitions: [{ condition: output.ok, to: done }, { to: ask }] }
  done: { type: final, output: { got: context.got, step: context.machine.step } }
`;

describe("a waiting state in an embedded machine", () => {
	it("is woken by an event named after its channel, whose data is the output", async () => {
		const actor = flat(data).machine.actor({ id: 1 }).start();
		expect(actor.getSnapshot().value).toBe("ask");
		actor.send({ type: "signal.approval/1", data: { ok: true } });
		expect(await toPromise(actor)).toEqual({ got: { ok: true }, step: 2 });
	});

	it("is not woken by other channels or other events", async () => {
		const actor = flat(data).machine.actor({ id: 1 }).start();
		for (const type of ["signal.approval/2", "signal.approval", "signal.", "approval/1"])
			actor.send({ type, data: { ok: true } });
		await new Promise((resolve) => setImmediate(resolve));
		expect(actor.getSnapshot().value).toBe("ask");
		actor.send({ type: "signal.approval/1", data: { ok: true } });
		expect(await toPromise(actor)).toMatchObject({ got: { ok: true } });
	});

	it("waits again where its transitions lead back to it, and counts a step", async () => {
		const actor = flat(data).machine.actor({ id: 1 }).start();
		actor.send({ type: "signal.approval/1", data: { ok: false } });
		await waitFor(actor, ({ value, context }) => value === "ask" && context.machine.step === 2);
		actor.send({ type: "signal.approval/1", data: { ok: true } });
		expect(await toPromise(actor)).toEqual({ got: { ok: true }, step: 3 });
	});

	it.each([
		["text", { value: "text" }],
		[null, { value: null }],
		[undefined, { value: null }],
		[[1], { value: [1] }],
	])("gives data that is no mapping (%j) to output_to_context under `value`", async (signal, got) => {
		const { machine } = flat(
			"states: { ask: { type: initial, wait_for: c, output_to_context: { got: output }, transitions: [{ to: done }] }, done: { type: final, output: { got: context.got } } }",
		);
		const actor = machine.actor().start();
		actor.send({ type: "signal.c", ...(signal !== undefined && { data: signal }) });
		expect(await toPromise(actor)).toEqual({ got });
	});

	it("that is final gives the raw data as the output", async () => {
		const { machine } = flat(
			"states: { start: { type: initial, transitions: [{ to: ask }] }, ask: { type: final, wait_for: c } }",
		);
		const actor = machine.actor().start();
		actor.send({ type: "signal.c", data: ["raw"] });
		expect(await toPromise(actor)).toEqual(["raw"]);
	});

	it("with a timeout ends with a TimeoutError for on_error", async () => {
		const { machine } = flat(
			"states: { ask: { type: initial, wait_for: c, timeout: 0.02, transitions: [{ to: done }], on_error: { TimeoutError: late } }, done: { type: final }, late: { type: final, output: { type: context.last_error_type } } }",
		);
		expect(await toPromise(machine.actor().start())).toEqual({ type: "TimeoutError" });
	});

	it("calls its hooks before it waits and after the signal", async () => {
		const log: string[] = [];
		const { machine } = flat(data, {
			hooks: {
				onStateEnter: (state, context) => {
					log.push(`enter ${state}`);
					return context;
				},
				onStateExit: (state, _context, output) => void log.push(`exit ${state} ${JSON.stringify(output)}`),
			},
		});
		const actor = machine.actor({ id: 1 }).start();
		await waitFor(actor, ({ value }) => value === "ask");
		expect(log).toEqual(["enter ask"]);
		actor.send({ type: "signal.approval/1", data: { ok: true } });
		await toPromise(actor);
		expect(log.slice(0, 3)).toEqual(["enter ask", 'exit ask {"ok":true}', "enter done"]);
	});

	it("survives a restart while it waits", async () => {
		const { machine } = flat(data);
		const first = machine.actor({ id: 1 }).start();
		const saved: unknown = JSON.parse(JSON.stringify(first.getPersistedSnapshot()));
		first.stop();
		const second = createActor(flat(data).machine.machine, { snapshot: Object(saved), input: {} }).start();
		expect(second.getSnapshot().value).toBe("ask");
		second.send({ type: "signal.approval/1", data: { ok: true } });
		expect(await toPromise(second)).toEqual({ got: { ok: true }, step: 2 });
	});
});
