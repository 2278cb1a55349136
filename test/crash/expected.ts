/** What an undisturbed run of `everything.yml` gives. */

const squares = Array.from({ length: 20 }, (_, index) => ({ n: (index + 1) ** 4 }));

export const output = {
	n: 10,
	notes: ["note", "mend"],
	tried: "3",
	squares,
	won: 16,
	samples: [1, 2, 3, 4, 5, 6].map((sample) => ({ value: `sample.${sample}` })),
	vote: "a",
	words: ["one", "two"],
	error: "broken for good",
	middle: { inner: { n: 625, word: "hello" } },
};

/** Calls that are paid for: 8 + 2 (the third attempt fails without an answer) + 40 + 2 + 6 + 6 + 1 + 2 + 1. */
export const calls = 68;
export const cost = calls / 1024;

/** Results of what is launched, by machine. */
export const launched: Readonly<Record<string, readonly unknown[]>> = {
	chore: [{ scrubbed: 6 }, { scrubbed: 25 }],
	errand: [{ scrubbed: 12 }],
	worker: [{ n: 81 }],
};

/** What is sent to each state that waits. */
export const words: Readonly<Record<string, { readonly channel: string; readonly word: string }>> = {
	ask: { channel: "outer", word: "one" },
	ask_again: { channel: "outer", word: "two" },
	inner: { channel: "inner", word: "hello" },
};
