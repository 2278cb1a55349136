/** Reads the report of `flatstate test --coverage`, and finds the machines of a diagram in it. */
import { basename, resolve } from "node:path";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import { type TransitionId, transitionKey } from "../testing/scenario/scenario.ts";
import { type CoverageMark, type MachineCoverage, strangersIn } from "./coverage.ts";
import { DiagramError } from "./errors.ts";

/**
 * The machines of a report; what a diagram does not show is left aside.
 * @throws DiagramError where the text is no such report
 */
export function readCoverage(text: string): MachineCoverage[] {
	const machines = machinesIn(parsed(text));
	if (machines === undefined) {
		throw new DiagramError("It is no report of coverage. `flatstate test FILE --coverage REPORT` writes one.");
	}
	return machines;
}

/**
 * The coverage of each plan that the report has, and what of the report does not fit.
 * @param dir folder that the report's paths are relative to
 */
export function matchCoverage(
	report: readonly MachineCoverage[],
	plans: ReadonlyMap<string, MachinePlan>,
	dir: string,
): { readonly coverage: ReadonlyMap<string, MachineCoverage>; readonly warnings: readonly string[] } {
	const coverage = new Map<string, MachineCoverage>();
	const warnings: string[] = [];
	for (const plan of plans.values()) {
		const own = machineOf(report, plan, dir);
		if (!own) continue;
		const strangers = strangersIn(own, plan.states);
		const isKnown = (id: TransitionId): boolean => !strangers.includes(transitionKey(id));
		coverage.set(plan.id, { ...own, transitions: own.transitions.filter(({ id }) => isKnown(id)) });
		const [first] = strangers;
		if (first === undefined) continue;
		const what = strangers.length === 1 ? "transition is" : "transitions are";
		warnings.push(
			`${own.machine} has changed since the report: ${strangers.length} of its ${what} not shown (${first}` +
				`${strangers.length > 1 ? ", …" : ""}). Run \`flatstate test\` again.`,
		);
	}
	return { coverage, warnings };
}

/** By its path, else by file and machine name, where only one has these: the report may be from another folder. */
function machineOf(report: readonly MachineCoverage[], plan: MachinePlan, dir: string): MachineCoverage | undefined {
	const exact = report.find(({ machine }) => fullId(machine, dir) === fullId(plan.id, dir));
	if (exact) return exact;
	const alike = report.filter(({ machine, name }) => basename(machine) === basename(plan.id) && name === plan.name);
	return alike.length === 1 ? alike[0] : undefined;
}

/** An id is a path, for a machine inside of another with what follows `#`. */
function fullId(id: string, dir: string): string {
	const [file = "", ...inner] = id.split("#");
	return [resolve(dir, file), ...inner].join("#");
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new DiagramError(`It is no JSON: ${reason}`, { cause });
	}
}

function machinesIn(value: unknown): MachineCoverage[] | undefined {
	const list = isRecord(value) && Array.isArray(value.machines) ? value.machines : value;
	if (!Array.isArray(list)) return undefined;
	const machines: MachineCoverage[] = [];
	for (const entry of list) {
		if (!isMachineCoverage(entry)) return undefined;
		machines.push(entry);
	}
	return machines;
}

function isMachineCoverage(value: unknown): value is MachineCoverage {
	return (
		isRecord(value) &&
		typeof value.machine === "string" &&
		typeof value.name === "string" &&
		isListOf(value.transitions, (item) => isId(item.id) && typeof item.label === "string" && hasMark(item)) &&
		isListOf(value.states, (item) => typeof item.state === "string" && hasMark(item))
	);
}

function isListOf(value: unknown, test: (item: Record<string, unknown>) => boolean): boolean {
	return Array.isArray(value) && value.every((item) => isRecord(item) && test(item));
}

function isId(value: unknown): value is TransitionId {
	if (!isRecord(value) || typeof value.state !== "string" || typeof value.to !== "string") return false;
	return value.kind === "transition"
		? typeof value.index === "number"
		: value.kind === "error" && typeof value.error === "string";
}

function hasMark({ reach }: Record<string, unknown>): boolean {
	const marks: readonly unknown[] = ["covered", "dead", "unsolved"] satisfies readonly CoverageMark[];
	return isRecord(reach) && marks.includes(reach.status);
}
