/** An agent of @openai/agents as any app has it, with a tool that a person must approve. */
import { Agent, tool } from "@openai/agents";
import { z } from "zod";

const account = tool({
	name: "account",
	description: "What a reader has been charged.",
	parameters: z.object({ reader: z.string() }),
	execute: ({ reader }) => `${reader} was charged 4.20 on Tuesday; the book came back on time.`,
});

const refund = tool({
	name: "refund",
	description: "Pays a sum back to a reader.",
	parameters: z.object({ reader: z.string(), euros: z.number() }),
	needsApproval: true,
	execute: ({ reader, euros }) => `${euros.toFixed(2)} go back to ${reader}.`,
});

export const fees = new Agent({
	name: "fees",
	handoffDescription: "Charges and refunds.",
	instructions: "Look at the reader's account, pay back what was charged wrongly, and answer in one sentence.",
	tools: [account, refund],
});
