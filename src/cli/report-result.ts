/** Says how a run ended: its output on stdout, the rest on stderr, the exit code. */
import pc from "picocolors";
import { printable } from "../../compiler/diagnostics/printable.ts";
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import { AgentError, describeError } from "../../runtime/agents/errors.ts";
import { type RunResult, waitingOutput } from "../../runtime/machine/run-result.ts";
import type { WaitingExecution } from "../../runtime/steps/activity.ts";
import { findErrorPlace, placeText } from "./error-place.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { requestLine } from "./question-text.ts";
import { errorLabel, showsStacks, stackOf } from "./report-error.ts";
import { wantsColor, writeTo } from "./streams.ts";
import { timeText } from "./time-words.ts";

export interface ReportOptions {
	/** One line instead of many. */
	readonly json: boolean;
	/** The machine's own first, then those of its children. */
	readonly plans: readonly MachinePlan[];
	readonly lastState: string | undefined;
	/** Whether agents are answered without a model provider. */
	readonly isOffline: boolean;
	/** The command that goes on with the execution, where a store keeps it. */
	readonly resume?: string;
	/** The command that wakes executions when their time has come, where a store keeps them. */
	readonly dispatch?: string;
	/** The command that answers what is waited for, where others reach the store. */
	readonly signal?: (waiting: WaitingExecution) => string;
}

/** Prints a result. */
export async function reportResult(result: RunResult, options: ReportOptions): Promise<ExitCode> {
	switch (result.status) {
		case "done":
			await writeOutput(result.output, options.json);
			return exitCodes.done;
		case "failed":
			await writeTo(process.stderr, failureText(result.error, options) + resumeText("Try again", options));
			return exitCodes.failed;
		case "waiting":
			await writeOutput(waitingOutput(result), options.json);
			await writeTo(process.stderr, waitingText(result, options) + sleepingText(result, options));
			return exitCodes.waiting;
		case "stopped":
			if (result.reason === "aborted") {
				await writeTo(process.stderr, `Interrupted after ${spent(result)}.\n${resumeText("Go on", options)}`);
				return exitCodes.interrupted;
			}
			await writeOutput(result.output, options.json);
			await writeTo(process.stderr, stoppedText(result, result.reason) + resumeText("Go on", options, result.reason));
			return exitCodes.stopped;
	}
}

async function writeOutput(output: unknown, json: boolean): Promise<void> {
	await writeTo(process.stdout, `${printable(JSON.stringify(output, null, json ? undefined : 2) ?? "null")}\n`);
}

function failureText(error: unknown, options: ReportOptions): string {
	const color = wantsColor(process.stderr);
	const paint = pc.createColors(color);
	const { state, at } = findErrorPlace(error, options.plans, options.lastState);
	const { type, text } = describeError(error);
	const where = state === undefined ? "The machine failed" : `State ${paint.bold(printable(state))} failed`;
	const lines = [`${errorLabel(color)} ${where}: ${printable(`${type}: ${text}`)}`];
	if (at) lines.push(`  at ${paint.cyan(printable(placeText(at)))}`);
	const help = helpFor(error, options);
	if (help !== undefined) lines.push(`  ${paint.green("help:")} ${help}`);
	if (showsStacks()) lines.push(printable(stackOf(error)));
	return `${lines.join("\n")}\n`;
}

function helpFor(error: unknown, { isOffline }: ReportOptions): string | undefined {
	const isAuth = error instanceof AgentError && error.errorInfo.code === "auth_error";
	if (!isAuth || isOffline) return undefined;
	return "to try the machine without a model provider, give answers with --mock FILE or --script FILE.";
}

const limits = {
	max_steps: { flag: "--max-steps", what: "states" },
	max_agent_calls: { flag: "--max-agent-calls", what: "agent calls" },
	max_cost: { flag: "--max-cost", what: "US dollars" },
	max_tokens: { flag: "--max-tokens", what: "tokens" },
} as const;

function stoppedText(result: RunResult, reason: keyof typeof limits | "hook"): string {
	if (reason === "hook") return `Stopped: a hook ended the run after ${spent(result)}.\n`;
	const { flag, what } = limits[reason];
	return (
		`Stopped: the limit ${reason} was reached after ${spent(result)}. ` +
		`Allow more ${what} with ${flag}, or with \`settings: { ${reason}: … }\` in the machine.\n`
	);
}

type Waiting = Extract<RunResult, { status: "waiting" }>;

function waitingText(result: Waiting, options: ReportOptions): string {
	if (result.waiting.length === 0) return "";
	const { signal } = options;
	const states = result.waiting.map((waiting) => {
		const { request } = waiting;
		const lines = [
			`  state ${printable(waiting.state)}, channel ${printable(waiting.channel)}`,
			...(request ? [`    asked by ${requestLine(request)}`] : []),
			...(signal ? [`    answer: ${printable(signal(waiting))}`] : []),
		];
		return `${lines.join("\n")}\n`;
	});
	const what = result.waiting.length === 1 ? "a signal" : "signals";
	return `Waiting for ${what}:\n${states.join("")}${resumeText("After a signal, go on", options)}`;
}

function sleepingText({ sleeping, waiting }: Waiting, options: ReportOptions): string {
	const [first] = sleeping;
	if (!first) return "";
	const states = sleeping.map(({ state, until }) => `  state ${printable(state)}, until ${timeText(until)}\n`);
	const wake = options.dispatch === undefined ? "" : `To be woken then: ${printable(options.dispatch)}\n`;
	const goOn = waiting.length > 0 ? "" : resumeText("Go on and wait here for that time", options);
	return `Sleeping until ${timeText(first.until)}:\n${states.join("")}${wake}${goOn}`;
}

/** @param limit that an execution keeps, so that it has to be given anew */
function resumeText(what: string, { resume }: ReportOptions, limit: keyof typeof limits | "hook" = "hook"): string {
	if (resume === undefined) return "";
	return `${what}: ${printable(resume)}${limit === "hook" ? "" : ` ${limits[limit].flag} N`}\n`;
}

function spent({ steps, agentCalls, cost }: RunResult): string {
	const dollars = cost > 0 ? `, $${cost.toFixed(4)}` : "";
	return `${steps} ${steps === 1 ? "step" : "steps"}, ${agentCalls} agent ${agentCalls === 1 ? "call" : "calls"}${dollars}`;
}
