import { compileFile } from "flatstate";
import { assign, createActor, fromPromise, sendTo, setup, waitFor } from "xstate";

export const summary = "a compiled machine as an actor inside an XState app: invoke, provide, signals, inspect";

export async function run({ model, log }) {
	// A flatmachine file becomes an ordinary XState machine.
	const { machine: loan } = compileFile(`${import.meta.dirname}/config/loan.yml`, { model });

	// 1. The model answers for the agent.
	const lute = await askFor("lute", deskApp(loan), log);

	// 2. `provide` puts code in the agent's place. Input and output are those of the agent.
	const ownAgent = fromPromise(async ({ input }) => ({ content: `Never: ${input.object} is glued to its plinth.` }));
	const careful = loan.provide({ actors: { "agent:conservator": ownAgent } });
	const statue = await askFor("statue", deskApp(careful), log);

	return { lute, statue };
}

/** The app: an XState machine of one's own. It invokes the compiled one, and passes on what the director says. */
function deskApp(loan) {
	return setup({ actors: { loan } }).createMachine({
		context: ({ input }) => ({ object: input.object, letter: null }),
		initial: "checking",
		states: {
			checking: {
				invoke: {
					id: "loan",
					src: "loan",
					input: ({ context }) => ({ object: context.object, museum: "The city museum" }),
					onDone: { target: "answered", actions: assign({ letter: ({ event }) => event.output }) },
					onError: { target: "answered", actions: assign({ letter: ({ event }) => ({ error: String(event.error) }) }) },
				},
				on: {
					// A waiting state wakes on `signal.<channel>`; its `data` is the state's output.
					"director.decides": {
						actions: sendTo("loan", ({ context, event }) => ({
							type: `signal.decision/${context.object}`,
							data: { granted: event.granted, remark: event.remark },
						})),
					},
				},
			},
			answered: { type: "final" },
		},
		output: ({ context }) => context.letter,
	});
}

async function askFor(object, app, log) {
	const actor = createActor(app, {
		input: { object },
		// XState's inspector sees the compiled machine too: its states have the names of the YAML file.
		inspect(event) {
			if (event.type !== "@xstate.snapshot" || event.actorRef.id !== "loan") return;
			log(`${object}: ${event.snapshot.value}`);
		},
	});
	actor.start();

	// The director decides when the opinion is there.
	const { loan } = actor.getSnapshot().children;
	const { context } = await waitFor(loan, (snapshot) => snapshot.matches("ask_director"));
	const granted = !context.opinion.startsWith("Never");
	actor.send({ type: "director.decides", granted, remark: granted ? "Have it back by May." : "I am sorry." });

	const { output } = await waitFor(actor, ({ status }) => status === "done");
	return output;
}
