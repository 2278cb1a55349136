/** What a parked run asks, for a person at a terminal: all of it comes from models and documents, and none of it steers. */
import type pc from "picocolors";
import { printable } from "../../compiler/diagnostics/printable.ts";
import type { PauseRequest } from "../../compiler/xstate/pause.ts";
import { redact, redactText } from "../../runtime/logging/redact.ts";
import type { WaitingExecution } from "../../runtime/steps/activity.ts";
import { wrapText } from "./wrap-text.ts";

export interface QuestionOptions {
	/** Columns of the terminal. */
	readonly width: number;
	readonly paint: ReturnType<typeof pc.createColors>;
}

/** Longest text that is shown of one argument, in characters. */
const longestArgument = 2000;

/** The question, and how to answer it or not. */
export function questionText(waiting: WaitingExecution, { width, paint }: QuestionOptions): string {
	const { request, state, channel } = waiting;
	const lines = (text: string, indent: string) => linesOf(text, width, indent);
	const parts = [
		lines(paint.bold(headingOf(waiting)), ""),
		...(request?.message === undefined ? [] : [lines(clean(request.message), "  ")]),
		...(request ? Object.entries(shownArguments(request.arguments)) : []).map(([name, value]) =>
			lines(`${clean(name)}: ${shown(value)}`, "  "),
		),
		...(request?.result === undefined ? [] : [lines(`It gave: ${shown(request.result)}`, "  ")]),
		...(request ? [] : [lines(`State ${clean(state)} waits on channel ${clean(channel)}.`, "  ")]),
		lines(paint.dim(howToAnswer(waiting)), ""),
	];
	return `\n${parts.join("")}`;
}

/** One line on what is asked, for a report. */
export function requestLine({ name, agent, arguments: args }: PauseRequest): string {
	const text = clean(JSON.stringify(shownArguments(args)));
	return `${clean(name)} of agent ${clean(agent)}: ${cut(text, 300)}`;
}

function headingOf({ request }: WaitingExecution): string {
	if (!request) return "The run waits for a signal.";
	const agent = clean(request.agent);
	const name = clean(request.name);
	switch (request.kind) {
		case "tool":
			return `Agent ${agent} asks by its tool ${name}:`;
		case "approval":
			return `Agent ${agent} asks whether it may go on with ${name}:`;
		case "input":
			return `Agent ${agent} asks for ${name}:`;
	}
}

function howToAnswer({ request }: WaitingExecution): string {
	const leave = "Ctrl-D leaves the run waiting.";
	switch (request?.kind) {
		case "tool":
			return `Type the answer, a text. ${leave}`;
		case "approval":
			return `y approves, n refuses; any other text refuses with it as the reason. ${leave}`;
		default:
			return `Type the answer: JSON, or else a text. ${leave}`;
	}
}

function shownArguments(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	return Object.fromEntries(Object.entries(Object(redact(args))));
}

function shown(value: unknown): string {
	return cut(clean(typeof value === "string" ? value : (JSON.stringify(value) ?? "")), longestArgument);
}

function clean(text: string): string {
	return printable(redactText(text)).replaceAll("\t", " ");
}

function cut(text: string, longest: number): string {
	return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length - longest} more characters)`;
}

/** Line by line, so that what a model has set on lines stays so; words that are too long for a line are cut into parts. */
function linesOf(text: string, width: number, indent: string): string {
	const most = Math.max(10, width - indent.length - 1);
	const tooLong = new RegExp(`\\S{${most}}(?=\\S)`, "gu");
	return text
		.split(/[\n\u2028\u2029]/)
		.map((line) => wrapText(line.replace(tooLong, "$& "), width, indent))
		.join("");
}
