/** Attempts and objectives where people look: XState's description and meta, diagrams, the inspector, stored executions. */
import { expect, it } from "vitest";
import type { InspectionEvent } from "xstate";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { diagramOf } from "../../src/diagram/diagram-of.ts";
import { toDot } from "../../src/diagram/dot.ts";
import { toMermaid } from "../../src/diagram/mermaid.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { createRedaction } from "../../src/inspect/redaction.ts";
import { readStoredSession } from "../../src/inspect/stored-session.ts";
import { StoredMachines } from "../../src/stored-machine.ts";
import { documentOf, flat } from "../runtime/flat.ts";

const data = `
settings: { validator: judge }
states:
  write:
    type: initial
    objective: A text that pleases
    agent: writer
    input: { feedback: context.attempt.feedback }
    key_results:
      - { name: long, description: Three characters or more, check: size(text(output)) > 2 }
      - { name: kind, description: Is kind }
    max_retries: 1
    transitions: [{ to: done }]
  done: { type: final }`;

const script = { writer: ["no", "better"], judge: { kind: { passed: true, reason: "it greets" } } };
const use = ["writer", "judge"];

it("stand in the XState config as description and meta, under the state's own name", () => {
	const { machine } = flat(data, { use });
	expect(machine.config.states.write).toMatchObject({
		description: "A text that pleases",
		meta: { key_results: "long: Three characters or more\nkind: Is kind", max_retries: 1 },
	});
});

it("stand in the node of the state, in every format of text", () => {
	const { machine } = flat(data, { use });
	const diagram = diagramOf(machine.plan, new Map([[machine.plan.id, machine.plan]]));
	expect(diagram.nodes.find(({ state }) => state === "write")?.lines).toEqual([
		"objective: A text that pleases",
		"agent writer",
		"• long: Three characters or more",
		"• kind: Is kind (judged)",
		"at most 2 attempts",
	]);
	for (const text of [toMermaid(diagram), toDot(diagram)]) expect(text).toContain("Is kind (judged)");
});

it("are actors with their verdicts where a run is inspected", async () => {
	const outputs: unknown[] = [];
	const inspect = (event: InspectionEvent) => {
		const { id } = Object(event.actorRef);
		if (event.type !== "@xstate.snapshot" || !/^attempt \d/.test(String(id))) return;
		const { status, output } = Object(event.snapshot);
		if (status === "done") outputs.push([id, output]);
	};
	await flat(data, { use, script }).machine.run({}, { inspect });
	expect(outputs).toEqual([
		["attempt 0 failed", { results: [{ name: "long", passed: false }], feedback: "long: Three characters or more" }],
		["attempt 1 passed", expect.objectContaining({ feedback: null })],
	]);
});

it("are events of a stored execution, with the calls of each attempt and what they were told", async () => {
	await using store = openMemoryStore();
	const { executionId } = await new FlatMachine({ config: documentOf(data, { use }), store, script }).run();
	const machines = new StoredMachines(store, {});
	const { session } = await readStoredSession(executionId, { store, machines, redaction: createRedaction() });
	const messages = session.known().flatMap((text) => [JSON.parse(text)].flat());
	const calls = messages.filter(({ type }) => type === "call").map(({ agent, input }) => [agent, input]);
	expect(calls).toEqual([
		["writer", { feedback: null }],
		["writer", { feedback: "long: Three characters or more" }],
		["judge", undefined],
	]);
	const events = messages.flatMap(({ type, events: some }) => (type === "events" ? some : []));
	expect(events.map(({ event }: { event: string }) => event)).toEqual(
		expect.arrayContaining(["write: attempt 0 failed", "write: attempt 1 passed"]),
	);
});
