import { describe, expect, it } from "vitest";
import { assign, createActor, type InspectionEvent, setup, toPromise } from "xstate";
import { flat } from "../runtime/flat.ts";

const data = `
context: { topic: input.topic, text: null }
states:
  write: { type: initial, agent: a, input: { topic: context.topic }, output_to_context: { text: output.text }, transitions: [{ to: done }] }
  done: { type: final, output: { text: context.text } }
`;

const script = {
	a: ({ input }: { input: Readonly<Record<string, unknown>> }) =>
		input.topic === "nothing" ? { throw: "KeyError: no topic" } : { text: `on ${input.topic}` },
};

/** A hand-written machine that invokes a compiled one. */
function app(topic: string) {
	const { machine } = flat(data, { use: ["a"], script });
	return setup({
		types: { context: {} as { text: string; problem: string } },
		actors: { writing: machine.machine },
	}).createMachine({
		context: { text: "", problem: "" },
		initial: "writing",
		states: {
			writing: {
				invoke: {
					src: "writing",
					input: { topic },
					onDone: { target: "ready", actions: assign({ text: ({ event }) => JSON.stringify(event.output) }) },
					onError: { target: "broken", actions: assign({ problem: ({ event }) => String(event.error) }) },
				},
			},
			ready: { type: "final" },
			broken: { type: "final" },
		},
		output: ({ context }) => context,
	});
}

describe("a compiled machine as a child in another XState machine", () => {
	it("gives its output to onDone", async () => {
		expect(await toPromise(createActor(app("tea")).start())).toMatchObject({ text: '{"text":"on tea"}' });
	});

	it("gives its error to onError", async () => {
		expect(await toPromise(createActor(app("nothing")).start())).toMatchObject({ problem: "KeyError: no topic" });
	});

	it("shows every actor with its parent to the inspector", async () => {
		const parents: Record<string, string | undefined> = {};
		const inspect = (event: InspectionEvent) => {
			if (event.type !== "@xstate.actor") return;
			const { actorRef } = event;
			if ("id" in actorRef && "_parent" in actorRef) parents[String(actorRef.id)] = Object(actorRef._parent).id;
		};
		await toPromise(createActor(app("tea"), { inspect, id: "app" }).start());
		expect(parents).toMatchObject({
			app: undefined,
			"0.(machine).writing": "app",
			write: "0.(machine).writing",
			"a.1": "write",
		});
	});
});
