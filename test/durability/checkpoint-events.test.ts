/** Which checkpoints are written, and in which order (spec sections 13.2 and 13.3). */
import { describe, expect, it } from "vitest";
import { type CheckpointEvent, checkpointEvents } from "../../runtime/checkpoint/machine-snapshot.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { type RecordingStore, recordingStore } from "./recording-store.ts";

const child = `
machines:
  child:
    spec: flatmachine
    data:
      name: child
      states:
        only: { type: initial, transitions: [{ to: end }] }
        end: { type: final, output: { child: yes } }`;

/** Every kind of state, in the order of the run. */
const everything = `
persistence: { checkpoint_on: EVENTS }
lifecycle_hooks: life
context: { n: 0 }${child}
states:
  pure: { type: initial, transitions: [{ to: agent }] }
  agent: { agent: a, output_to_context: { n: output.n }, transitions: [{ to: hooked }] }
  hooked: { agent: a, hooks: h, transitions: [{ to: call }] }
  call: { machine: child, transitions: [{ to: fails }] }
  fails: { agent: broken, on_error: ask, transitions: [{ to: end }] }
  ask: { wait_for: c, transitions: [{ to: ask_hooked }] }
  ask_hooked: { wait_for: d, hooks: h, transitions: [{ to: end }] }
  end: { type: final, output: { n: context.n } }`;

const hooks: MachineHooks = {
	onMachineStart: (context) => ({ ...context, started: true }),
	onMachineEnd: (_context, output) => ({ ...Object(output), ended: true }),
	onStateEnter: (_state, context) => ({ ...context, entered: true }),
	onStateExit: (_state, _context, output) => output,
	onTransition: (_from, to) => to,
};

function machineOf(data: string, { store }: RecordingStore): FlatMachine {
	let ids = 0;
	return new FlatMachine({
		config: documentOf(data, { use: ["a", "broken"] }),
		store,
		newId: () => `id-${++ids}`,
		hooks: { h: hooks, life: hooks },
		script: { a: (_call: unknown, { n }: { readonly n: number }) => ({ n }), broken: { throw: "E: broken" } },
	});
}

/** Runs to the end, with a signal for everything that waits. */
async function runOut(data: string, recording: RecordingStore): Promise<RunResult> {
	const machine = machineOf(data, recording);
	let result = await machine.run({}, { executionId: "x" });
	while (result.status === "waiting" && result.channel !== null) {
		await recording.store.signals.send(result.channel, null, { executionId: "x" });
		result = await machine.resume("x");
	}
	return result;
}

const inOrder = [
	"00_machine_start",
	...["01_state_enter", "01_execute", "01_state_exit"],
	...["02_state_enter", "02_execute", "02_state_exit"],
	...["03_state_enter", "03_execute", "03_state_exit"],
	...["04_state_enter", "04_execute", "04_state_exit"],
	// An error skips the exit.
	...["05_state_enter", "05_execute"],
	...["06_state_enter", "06_execute", "06_waiting", "06_state_exit"],
	...["07_state_enter", "07_execute", "07_waiting", "07_state_exit"],
	...["08_state_enter", "08_execute", "08_state_exit"],
	"08_machine_end",
];
const inOrderOfChild = [
	"00_machine_start",
	...["01_state_enter", "01_execute", "01_state_exit"],
	...["02_state_enter", "02_execute", "02_state_exit"],
	"02_machine_end",
];

/** A checkpoint that is written again, since the run rests there again, is written with the same content. */
function once(names: readonly string[]): string[] {
	return names.filter((name, index) => name !== names[index - 1]);
}

describe("checkpoint_on", () => {
	it("with all events writes each of them, in the specification's order, for the machine and its child", async () => {
		const recording = recordingStore();
		const data = everything.replace("EVENTS", `[${checkpointEvents.join(", ")}]`);
		expect(await runOut(data, recording)).toMatchObject({ status: "done", output: { n: 0, ended: true } });
		expect(once(recording.written("x"))).toEqual(inOrder);
		const children = [...new Set(recording.checkpoints.map(({ key }) => key.split("/")[0] ?? ""))];
		expect(children).toEqual(["x", "id-1"]);
	});

	it("with all events writes those of a child, too", async () => {
		const recording = recordingStore();
		await runOut(everything.replace("EVENTS", `[${checkpointEvents.join(", ")}]`), recording);
		expect(once(recording.written("id-1"))).toEqual(inOrderOfChild);
	});

	const lists: (readonly CheckpointEvent[])[] = [
		...checkpointEvents.map((event) => [event] as const),
		["execute", "machine_end"],
		["machine_end", "state_exit", "waiting"],
		[],
	];
	it.each(lists.map((list) => [`[${list.join(", ")}]`, list] as const))(
		"%s writes exactly these",
		async (text, list) => {
			const recording = recordingStore();
			expect(await runOut(everything.replace("EVENTS", text), recording)).toMatchObject({ status: "done" });
			const wanted = inOrder.filter((name) => list.some((event) => name.endsWith(event)));
			expect(once(recording.written("x"))).toEqual(wanted);
		},
	);
});
