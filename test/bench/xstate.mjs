/** The same shapes written by hand for XState, as an experienced user would. */
import { assign, createActor, fromPromise, setup, toPromise } from "xstate";
import { checkOutput } from "./check-output.mjs";

const run = (machine, input) => toPromise(createActor(machine, { input }).start());
const context = ({ input }) => ({ n: 0, max: input.max, items: input.items });
const output = ({ context: { n } }) => n;
const guards = {
	atEnd: ({ context: { n, max } }) => n >= max,
	never: ({ context: { n, max } }) => n === max + 1,
};
const count = assign({ n: ({ context: { n } }) => n + 1 });

const pure = setup({ guards }).createMachine({
	context,
	output,
	initial: "a",
	states: {
		a: {
			entry: count,
			always: [{ guard: "atEnd", target: "done" }, { guard: "never", target: "done" }, { target: "b" }],
		},
		b: {
			entry: count,
			always: [{ guard: "atEnd", target: "done" }, { guard: "never", target: "done" }, { target: "a" }],
		},
		done: { type: "final" },
	},
});

const loopOver = (work, input, settle) =>
	setup({ guards, actors: { work } }).createMachine({
		context,
		output,
		initial: "a",
		states: {
			a: { invoke: { src: "work", input, onDone: { target: "route", actions: settle }, onError: "failed" } },
			route: { always: [{ guard: "atEnd", target: "done" }, { target: "a" }] },
			failed: { type: "final" },
			done: { type: "final" },
		},
	});

const hook = loopOver(
	fromPromise(async ({ input }) => ({ ...input, n: input.n + 1 })),
	({ context: whole }) => whole,
	assign(({ event }) => event.output),
);
const agent = loopOver(
	fromPromise(async ({ input }) => ({ n: input.n + 1 })),
	({ context: { n } }) => ({ n }),
	assign({ n: ({ event }) => event.output.n }),
);

const child = setup({}).createMachine({
	context: ({ input }) => ({ item: input.item }),
	output: ({ context: { item } }) => ({ item }),
	initial: "work",
	states: { work: { always: "end" }, end: { type: "final" } },
});
// One invoked promise that starts the children: spawning them on the parent would cost 20 s at 10,000.
const fanOut = setup({
	actors: {
		all: fromPromise(({ input }) => Promise.all(input.items.map((item) => run(child, { item })))),
	},
}).createMachine({
	context,
	output,
	initial: "a",
	states: {
		a: {
			invoke: {
				src: "all",
				input: ({ context: { items } }) => ({ items }),
				onDone: { target: "done", actions: assign({ n: ({ event }) => event.output.length }) },
			},
		},
		done: { type: "final" },
	},
});

const loop = (machine) => async (n) => checkOutput(await run(machine, { max: n }), n);
const foreach = async (n) =>
	checkOutput(await run(fanOut, { items: Array.from({ length: n }, (_, index) => index) }), n);

export const cases = {
	pure: loop(pure),
	hook: loop(hook),
	agent: loop(agent),
	foreach_1000: foreach,
	foreach_10000: foreach,
};
