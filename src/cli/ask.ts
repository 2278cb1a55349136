/** A person at the terminal answers what a parked run asks, and the run goes on (docs/cli.md, "Answers on the terminal"). */
import { createInterface, type Interface } from "node:readline/promises";
import pc from "picocolors";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import type { WaitingExecution } from "../../runtime/steps/activity.ts";
import type { Store } from "../../runtime/store/store.ts";
import { questionText } from "./question-text.ts";
import type { RunConsole } from "./run-console.ts";
import { isInteractive, wantsColor } from "./streams.ts";

export interface AskOptions {
	/** Default: true. */
	readonly ask?: boolean;
	readonly wait?: boolean;
	readonly inspect?: boolean;
	readonly quiet?: boolean;
}

/** Whether somebody is there who can be asked, and may be. */
export function mayAsk({ ask = true, wait = false, inspect = false, quiet = false }: AskOptions): boolean {
	return ask && !wait && !inspect && !quiet && process.stdin.isTTY === true && isInteractive(process.stderr);
}

export interface Asking {
	readonly console: RunConsole;
	readonly store: Store;
	/** Aborted when nobody is to be asked any more. */
	readonly signal: AbortSignal;
	/** Goes on with the run that has parked. */
	readonly resume: () => Promise<RunResult>;
}

/** Asks, sends the answer as a signal and goes on, until the run has ended or the person leaves it waiting. */
export async function answerAtTerminal(parked: RunResult, asking: Asking): Promise<RunResult> {
	let result = parked;
	while (result.status === "waiting" && !asking.signal.aborted) {
		const waiting = result.waiting.find(({ request }) => request?.pause !== "break");
		const answer = waiting && (await ask(waiting, asking));
		if (!waiting || !answer) return result;
		await send(waiting, answer.data, asking);
		result = await asking.resume();
	}
	return result;
}

async function send({ channel, executionId }: WaitingExecution, data: unknown, { console, store }: Asking) {
	const stored = await store.persistence.loadExecution(executionId);
	// Somebody else may have answered while the person was typing.
	if (stored && stored.summary.waiting_channel !== channel) {
		console.write("It was answered from elsewhere in the meantime; your answer is not sent.\n");
		return;
	}
	await store.signals.send(channel, data, { executionId });
}

/** @returns undefined where the run is to be left waiting */
async function ask(waiting: WaitingExecution, { console, signal }: Asking): Promise<{ data: unknown } | undefined> {
	const width = process.stderr.columns || 80;
	console.write(questionText(waiting, { width, paint: pc.createColors(wantsColor(process.stderr)) }));
	const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
	try {
		return await readAnswer(waiting, terminal, signal);
	} finally {
		terminal.close();
	}
}

async function readAnswer(
	{ request }: WaitingExecution,
	terminal: Interface,
	signal: AbortSignal,
): Promise<{ data: unknown } | undefined> {
	for (;;) {
		const line = await lineOf(terminal, "> ", signal);
		if (line === undefined) return undefined;
		const text = line.trim();
		if (request?.kind === "approval") {
			if (text !== "") return { data: decisionOf(text) };
			continue;
		}
		if (text !== "") return { data: request?.kind === "tool" ? line : jsonOrText(line) };
		const choice = await lineOf(terminal, "Send an empty answer? y sends it, n leaves the run waiting: ", signal);
		if (choice === undefined || !/^\s*y(?:es)?\s*$/i.test(choice)) return undefined;
		return { data: "" };
	}
}

/** @returns undefined at Ctrl-D and Ctrl-C, and where nobody is to be asked any more */
function lineOf(terminal: Interface, prompt: string, signal: AbortSignal): Promise<string | undefined> {
	return new Promise((resolve) => {
		const leave = () => resolve(undefined);
		terminal.once("close", leave);
		terminal.once("SIGINT", () => terminal.close());
		terminal.question(prompt, { signal }).then((line) => {
			terminal.off("close", leave);
			resolve(line);
		}, leave);
	});
}

function decisionOf(text: string): unknown {
	if (/^y(?:es)?$/i.test(text)) return { approved: true };
	return /^no?$/i.test(text) ? { approved: false } : { approved: false, message: text };
}

function jsonOrText(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return line;
	}
}
