/** What `flatstate test` found, as a person reads it. */
import type pc from "picocolors";
import type { SourcePlace } from "../../compiler/plan/plan.ts";
import type { Reach, StateReach, TransitionReach } from "../testing/explore/index.ts";
import { howBroken, type Violation, valuesRead } from "../testing/property/invariant-error.ts";
import type { FailedReplay, MachineTest } from "../testing/report/machine-test.ts";
import { type Count, countOf, totalsOf } from "../testing/report/totals.ts";
import type { WrittenScenario } from "../testing/scenario/scenario.ts";
import { writeScenario } from "../testing/scenario/write-scenario.ts";
import { oneLine } from "./columns.ts";
import { placeText } from "./error-place.ts";
import { counted } from "./print-diagnostics.ts";
import { textWidth } from "./text-width.ts";
import { wrapText } from "./wrap-text.ts";

export interface TestReportOptions {
	/** Columns of the terminal; Infinity: nothing is broken into lines. */
	readonly width: number;
	readonly paint: ReturnType<typeof pc.createColors>;
	/** Also the shortest way to each transition that is covered. */
	readonly verbose: boolean;
	/** Only machines of which something is wrong. */
	readonly quiet: boolean;
}

/** Failed replays that are shown with their scenarios; a fault of the tool may have hundreds. */
const shownFailures = 3;

/** The report of all machines, with their sums where they are many. */
export function testReport(tests: readonly MachineTest[], options: TestReportOptions): string {
	const shown = options.quiet ? tests.filter(hasFindings) : tests;
	const machines = shown.map((test) => machineText(test, options));
	const blocks = machines.map((text, index) => {
		const isLong = text.split("\n").length > 3;
		const wasLong = (machines[index - 1] ?? "").split("\n").length > 3;
		return index > 0 && (isLong || wasLong) ? `\n${text}` : text;
	});
	return `${blocks.join("")}${tests.length > 1 && !options.quiet ? `\n${sumText(tests, options)}` : ""}`;
}

function hasFindings({ exploration, unconfirmed, broken, invariants }: MachineTest): boolean {
	const { transitions, states, endlessLoops } = exploration;
	const isOpen = ({ reach }: { readonly reach: Reach }) => reach.status !== "covered";
	return (
		unconfirmed.length + broken.length + endlessLoops.length + brokenInvariants(invariants).length > 0 ||
		transitions.some(isOpen) ||
		states.some(isOpen)
	);
}

function machineText(test: MachineTest, options: TestReportOptions): string {
	const { exploration, unconfirmed, broken, invariants } = test;
	const { name, machine, transitions, states, outcomes, scenarios, endlessLoops, assumptions, isCutShort } =
		exploration;
	const { paint } = options;
	const counts = [
		countText("transition", countOf(transitions), "covered", paint),
		countText("state", countOf(states), "entered", paint),
		...(outcomes.length > 0 ? [countText("outcome", countOf(outcomes), "seen", paint)] : []),
		counted(scenarios.length, "scenario"),
		...(invariants ? [invariantsText(invariants.results.length, brokenInvariants(invariants).length, paint)] : []),
	];
	const title = `${paint.bold(oneLine(name))}  ${paint.dim(oneLine(machine))}\n`;
	const facts = wrapText(counts.join(", "), options.width, "  ");
	const sections = [
		perState(transitions, options),
		...transitions.filter(isOpen).map((each) => transitionText(each, options)),
		...states.filter(({ reach }) => reach.status === "dead").map((each) => stateText(each, options)),
		unfoundText(states, options),
		...outcomes
			.filter(({ reach }) => reach.status === "unsolved")
			.map(({ state, outcome }) =>
				entry(paint.yellow("not seen"), `${oneLine(state)}: ${oneLine(outcome)}`, undefined, "", options),
			),
		...endlessLoops.map(({ text }) => entry(paint.yellow("endless"), text, undefined, "", options)),
		...assumptions.map((text) => entry(paint.dim("assumed"), oneLine(text), undefined, "", options)),
		...(isCutShort ? [entry(paint.yellow("cut short"), cutShort, undefined, "", options)] : []),
		...brokenInvariants(invariants).map((result) => brokenInvariantText(result, options)),
		...broken.map((failed) => failureText("goes another way", failed, options)),
		...unconfirmed.slice(0, shownFailures).map((failed) => failureText("not confirmed", failed, options)),
		...(unconfirmed.length > shownFailures
			? [`  ${counted(unconfirmed.length - shownFailures, "further scenario")} not confirmed\n`]
			: []),
		...(options.verbose ? [coveredText(test, options)] : []),
	];
	return title + facts + sections.join("");
}

const cutShort =
	"The search stopped at its bounds before it had seen everything: what is unsolved may be within reach of a longer one.";

function isOpen({ reach }: { readonly reach: Reach }): boolean {
	return reach.status !== "covered";
}

function countText(what: string, count: Count, word: string, paint: TestReportOptions["paint"]): string {
	const { all, covered, dead, unsolved } = count;
	const colour = covered === all ? paint.green : (text: string) => text;
	const text = colour(`${covered} of ${counted(all, what)} ${word}`);
	const open = [
		...(dead > 0 ? [paint.red(`${dead} dead`)] : []),
		...(unsolved > 0 ? [paint.yellow(`${unsolved} unsolved`)] : []),
	];
	return what !== "transition" || open.length === 0 ? text : `${text} (${open.join(", ")})`;
}

/** The states of which not every transition is covered, each with its count. */
function perState(transitions: readonly TransitionReach[], { paint }: TestReportOptions): string {
	const byState = new Map<string, TransitionReach[]>();
	for (const each of transitions) byState.set(each.id.state, [...(byState.get(each.id.state) ?? []), each]);
	const open = [...byState].filter(([, own]) => own.some(isOpen));
	const widest = Math.max(0, ...open.map(([state]) => textWidth(oneLine(state))));
	return open
		.map(([state, own]) => {
			const { all, covered } = countOf(own);
			const name = oneLine(state);
			const blanks = " ".repeat(widest - textWidth(name));
			return `    ${name}${blanks}  ${paint.dim(`${covered} of ${all}`)}\n`;
		})
		.join("");
}

function transitionText({ id, label, at, reach }: TransitionReach, options: TestReportOptions): string {
	return entry(statusText(reach, options), `${routeText(id)}, ${labelText(label)}`, at, reasonOf(reach), options);
}

function stateText({ state, at, isFinal, reach }: StateReach, options: TestReportOptions): string {
	const what = isFinal ? "the end" : "the state";
	return entry(statusText(reach, options), `${what} ${oneLine(state)}`, at, reasonOf(reach), options);
}

/** The states that no run was found to enter, in one entry: the transitions to them say what is missing. */
function unfoundText(states: readonly StateReach[], options: TestReportOptions): string {
	const names = states.flatMap(({ state, reach }) => (reach.status === "unsolved" ? [oneLine(state)] : []));
	if (names.length === 0) return "";
	const what = names.length === 1 ? "the state" : "the states";
	const text = `${what} ${names.join(", ")}`;
	const reason = `No run was found that enters ${names.length === 1 ? "it" : "them"}.`;
	return entry(options.paint.yellow("unsolved"), text, undefined, reason, options);
}

function statusText({ status }: Reach, { paint }: TestReportOptions): string {
	return status === "dead" ? paint.red("dead") : paint.yellow("unsolved");
}

function reasonOf(reach: Reach): string {
	if (reach.status === "covered") return "";
	return reach.status === "dead" ? reach.reason.text : reach.text;
}

function routeText({ state, to }: TransitionReach["id"]): string {
	return oneLine(`${state} → ${to}`);
}

function labelText(label: string): string {
	return label === "otherwise" || label === "any other error" ? label : `\`${oneLine(label)}\``;
}

/** A finding: what it is, where it stands, and the sentence that explains it. */
function entry(
	status: string,
	text: string,
	at: SourcePlace | undefined,
	reason: string,
	{ width, paint }: TestReportOptions,
): string {
	const place = at ? `  ${paint.cyan(oneLine(placeText(at)))}` : "";
	const first = wrapText(`${status} ${text}${place}`, width, "  ");
	return reason === "" ? first : first + wrapText(oneLine(reason), width, "    ");
}

function failureText(what: string, { scenario, differences }: FailedReplay, options: TestReportOptions): string {
	const { paint, width } = options;
	const sentences = differences.map((difference) => wrapText(oneLine(difference), width, "    "));
	return `${entry(paint.red(what), oneLine(scenario.name), undefined, "", options)}${sentences.join("")}${scenarioText(scenario, paint)}`;
}

function scenarioText(scenario: WrittenScenario, paint: TestReportOptions["paint"]): string {
	const lines = writeScenario(scenario).split("\n").slice(0, -1);
	return lines.map((line) => paint.dim(`    | ${oneLine(line)}\n`)).join("");
}

function brokenInvariants(invariants: MachineTest["invariants"]): readonly BrokenInvariant[] {
	return (invariants?.results ?? []).flatMap(({ title, at, violation }) =>
		violation ? [{ title, ...(at && { at }), violation }] : [],
	);
}

interface BrokenInvariant {
	readonly title: string;
	readonly at?: SourcePlace;
	readonly violation: Violation;
}

function brokenInvariantText({ title, at, violation }: BrokenInvariant, options: TestReportOptions): string {
	const { paint, width } = options;
	const values = valuesRead(violation).join(", ");
	const way = violation.path.join(" → ");
	const reason = `${way}: ${howBroken(violation)}${values === "" ? "" : `, with ${values}`}.`;
	const found = entry(paint.red("broken"), oneLine(title), at, "", options);
	return `${found}${wrapText(oneLine(reason), width, "    ")}${scenarioText(violation.scenario, paint)}`;
}

function invariantsText(all: number, broken: number, paint: TestReportOptions["paint"]): string {
	const colour = broken === 0 ? paint.green : paint.red;
	return colour(`${all - broken} of ${counted(all, "invariant")} held`);
}

/** The shortest way to each transition that is covered. */
function coveredText({ exploration }: MachineTest, options: TestReportOptions): string {
	const { transitions, scenarios } = exploration;
	return transitions
		.map(({ id, label, at, reach }) => {
			if (reach.status !== "covered") return "";
			const way = (scenarios[reach.scenario]?.path ?? []).slice(0, reach.steps + 1).join(" → ");
			return entry(options.paint.green("covered"), `${routeText(id)}, ${labelText(label)}`, at, way, options);
		})
		.join("");
}

function sumText(tests: readonly MachineTest[], { paint, width }: TestReportOptions): string {
	const { transitions, states, outcomes, scenarios, invariants } = totalsOf(tests);
	const parts = [
		countText("transition", transitions, "covered", paint),
		countText("state", states, "entered", paint),
		countText("outcome", outcomes, "seen", paint),
		counted(scenarios, "scenario"),
		...(invariants ? [invariantsText(invariants.all, invariants.broken, paint)] : []),
	];
	return wrapText(`${paint.bold(`${counted(tests.length, "machine")}:`)} ${parts.join(", ")}`, width, "");
}
