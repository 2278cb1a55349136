/** Recorded runs of machines in `examples/`: what the tests of the page alone show. */
import { resolve } from "node:path";
import { compile } from "../../src/compile.ts";
import { diagramOf, layOut } from "../../src/diagram/index.ts";
import { diagramsOf, Recording } from "./recording.ts";

const examples = resolve(import.meta.dirname, "../../examples");

export interface RoundTrip {
	/** How many children the foreach has. Default: 3. */
	readonly children?: number;
	/** How many of them have finished. Default: all, and the run with them. */
	readonly finished?: number;
	readonly mode?: "live" | "stored";
}

let foreachDiagrams: ReturnType<typeof diagramsOf> | undefined;

/** The foreach of the parallelism example: a machine for each stop, each calls an agent. */
export async function roundTrip({ children = 3, finished = children, mode = "live" }: RoundTrip = {}) {
	foreachDiagrams ??= diagramsOf(resolve(examples, "parallelism/config/foreach.yml"));
	const { machine, diagrams } = await foreachDiagrams;
	const guide = Object.keys(diagrams).find((id) => id !== machine) ?? "";
	const stops = Array.from({ length: children }, (_, index) => ({ city: `City ${index}`, wish: "swimming" }));
	const run = new Recording({ machine, diagrams }, mode);
	const root = { id: "root", parent: null, name: "round-trip", kind: "machine", machine, executionId: "run" } as const;
	run.actors({ ...root, state: "ask_for_each_stop", status: "active" });
	run.frame({ actor: "root", state: "ask_for_each_stop", step: 1, context: { stops, tips: null } });
	const started = run.now;
	const childOf = (index: number) =>
		({
			id: `child.${index}`,
			parent: "root",
			name: `guide ${index}`,
			kind: "machine",
			machine: guide,
			executionId: `run/${index}`,
		}) as const;
	const begun = run.wait(2).now;
	run.actors(...stops.map((_, index) => ({ ...childOf(index), state: "ask", status: "active" }) as const));
	const tips: Record<string, unknown> = {};
	stops.forEach(({ city, wish }, index) => {
		const id = `child.${index}`;
		const before = { city, topic: wish, tip: null };
		run.wait(3).frame({ actor: id, state: "ask", step: 1, context: before });
		const call = { id: `call.${index}`, actor: id, state: "ask", agent: "guide", at: run.now } as const;
		const asked = { ...call, input: { city, topic: wish }, prompt: `You are a local guide.\n\n${city}, ${wish}?` };
		run.call(asked).events({ actor: id, event: "agent_call", data: { agent: "guide", input: asked.input } });
		if (index >= finished) return;
		const tip = `Jump into the river at the old bridge of ${city}.`;
		tips[city] = { tip };
		run.wait(40).call({ ...asked, endedAt: run.now, answer: { content: tip }, cost: 0.0004 });
		run.frame({ actor: id, state: "done", step: 2, context: { ...before, tip }, cost: 0.0004, agentCalls: 1 });
		run.events({ actor: id, event: "xstate.done.actor.guide", data: { output: { content: tip } } });
		run.actors({
			...childOf(index),
			state: "done",
			status: "done",
			output: { tip },
			startedAt: begun,
			endedAt: run.now,
		});
	});
	if (finished < children) return run;
	const totals = { cost: 0.0004 * children, agentCalls: children };
	run.wait(5).frame({ actor: "root", state: "done", step: 2, context: { stops, tips }, ...totals });
	run.actors({ ...root, state: "done", status: "done", output: { tips }, startedAt: started, endedAt: run.now });
	return run.end({ status: "done", output: { tips } });
}

let reviewDiagrams: ReturnType<typeof diagramsOf> | undefined;

/** The durable example: the letter is written, a person has to approve it. */
export async function waitingForApproval() {
	reviewDiagrams ??= diagramsOf(resolve(examples, "durable-review/config/review.yml"));
	const about = await reviewDiagrams;
	const run = new Recording(about);
	const { machine } = about;
	const root = {
		id: "root",
		parent: null,
		name: "paper-review",
		kind: "machine",
		machine,
		executionId: "r1",
		startedAt: run.now,
	} as const;
	const sections = [{ title: "Method", text: "We boiled many kettles, and counted them.\n".repeat(8) }];
	const start = { paper: "On Kettles", sections, remarks: null, letter: null, decision: null };
	run.actors({ ...root, state: "read", status: "active" });
	run.frame({ actor: "root", state: "read", step: 1, context: start });
	const read = { ...start, remarks: { Method: { remark: "Count your kettles." } } };
	run.wait(900).frame({ actor: "root", state: "write", step: 2, context: read, agentCalls: 1, cost: 0.001 });
	const letter = "A good question; please count your kettles.";
	const call = {
		id: "editor",
		actor: "root",
		state: "write",
		agent: "editor",
		at: run.now,
		input: { remarks: read.remarks },
	};
	run
		.call(call)
		.wait(1200)
		.call({ ...call, endedAt: run.now, answer: { content: letter }, cost: 0.002 });
	run.frame({ actor: "root", state: "ask", step: 3, context: { ...read, letter }, agentCalls: 2, cost: 0.003 });
	return run.actors({ ...root, state: "ask", status: "waiting", channel: "approval/On Kettles" });
}

/** A machine of so many states in a row, with a way back from every tenth; it stands in the last but ten. */
export async function longMachine(states: number) {
	const lines = Array.from({ length: states }, (_, n) => {
		const type = n === 0 ? "type: initial, " : n === states - 1 ? "type: final, " : "";
		const back = n > 0 && n % 10 === 0 ? `{ condition: context.again, to: s${n - 7} }, ` : "";
		const to = n === states - 1 ? "" : `transitions: [${back}{ to: s${n + 1} }]`;
		return `    s${n}: { ${type}${to} }`;
	});
	const source = `spec: flatmachine\nspec_version: "4.2.1"\ndata:\n  name: long\n  context: { again: false }\n  states:\n${lines.join("\n")}\n`;
	const { plan, plans } = compile(source);
	const run = new Recording({ machine: plan.id, diagrams: { [plan.id]: await layOut(diagramOf(plan, plans)) } });
	const root = { id: "root", parent: null, name: "long", kind: "machine", machine: plan.id, status: "active" } as const;
	run.actors({ ...root, state: `s${states - 10}` });
	for (let n = 0; n <= states - 10; n++)
		run.wait(1).frame({ actor: "root", state: `s${n}`, step: n + 1, context: { n } });
	return run;
}
