/** What several children of a state answer, as one value: the list, or the mapping, that the state sees as `output`. */
import { isRecord, own } from "../../../compiler/document/plain-data.ts";
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import type { ChildAnswer } from "../scenario/scenario.ts";
import type { FlatContext, GivenError } from "./answer-space.ts";
import { tellingCandidates } from "./candidates.ts";
import { asValue, childErrorSource, errorText, isWritable } from "./error-sources.ts";
import { fitTo, UNFIT } from "./shape.ts";
import type { Source } from "./source.ts";
import { childSources } from "./sources.ts";

/** So many outputs and errors of a child are put together with those of the others. */
const MOST_OUTPUTS = 8;
const MOST_ERRORS = 4;
const MOST_PLACES = 4;

/** Whether the state waits for several children, which answer independently of each other. */
export function hasSeveralChildren({ foreach, machine, mode }: StatePlan): boolean {
	return mode !== "any" && (foreach !== undefined || machine?.kind === "list");
}

/** A value for all children of a state at once. */
export class Together {
	readonly #plan: MachinePlan;
	readonly #state: StatePlan;
	/** By machine. */
	readonly #sources: ReadonlyMap<string, readonly Source[]>;

	constructor(plan: MachinePlan, state: StatePlan, plans: ReadonlyMap<string, MachinePlan> | undefined) {
		this.#plan = plan;
		this.#state = state;
		this.#sources = new Map(machinesOf(state).map((name) => [name, childSources(plan, state, name, plans)]));
	}

	/** All alike, one of them different, one of them failed. */
	seeds(context: FlatContext): readonly unknown[] {
		const children = this.#children(context);
		const all = (index: number): readonly unknown[] =>
			children.map(({ outputs }) => outputs[Math.min(index, outputs.length - 1)]);
		const seeds: (readonly unknown[])[] = [];
		const most = Math.max(1, ...children.map(({ outputs }) => outputs.length));
		for (let index = 0; index < most; index += 1) {
			const alike = all(index);
			seeds.push(alike);
			for (const [place, { errors }] of children.slice(0, MOST_PLACES).entries()) {
				for (const error of errors) seeds.push(alike.with(place, error));
			}
		}
		for (const [place, { outputs }] of children.slice(0, MOST_PLACES).entries()) {
			for (const output of outputs.slice(1)) seeds.push(all(0).with(place, output));
		}
		return seeds.map((values) => this.#asOutput(values));
	}

	/** The value with every child's part as its own file gives it; `UNFIT` where one cannot be. */
	fit(value: unknown): unknown {
		const parts = partsOf(this.#state, value);
		const names = machinesOf(this.#state);
		const fitted = parts.map((part, place) => this.#fitPart(part, names[place] ?? names[0] ?? ""));
		return fitted.includes(UNFIT) ? UNFIT : this.#asOutput(fitted);
	}

	#fitPart(part: unknown, machine: string): unknown {
		if (errorIn(part) !== undefined) return part;
		const fitted = (this.#sources.get(machine) ?? []).map(({ shape, settle }) => {
			const own = fitTo(part, shape);
			return own === UNFIT || settle === undefined ? own : settle(own);
		});
		return fitted.find((one) => one !== UNFIT) ?? UNFIT;
	}

	#asOutput(values: readonly unknown[]): unknown {
		if (this.#state.foreach !== undefined) return values;
		return Object.fromEntries(machinesOf(this.#state).map((name, place) => [name, values[place]]));
	}

	/** What each child may answer, in their order. */
	#children(context: FlatContext): readonly Child[] {
		const children = [...this.#sources].map(([name, sources]): Child => {
			const outputs = sources.flatMap((source) => tellingCandidates(source, context)).slice(0, MOST_OUTPUTS);
			const errors = tellingCandidates(childErrorSource(this.#plan, this.#state, name), context).slice(0, MOST_ERRORS);
			return { outputs: outputs.length === 0 ? [{}] : outputs, errors: errors.map(asValue) };
		});
		if (this.#state.foreach === undefined) return children;
		const [only] = children;
		const seen = [...this.#sources.values()][0]?.[0]?.wrap(only?.outputs[0], context);
		const count = Array.isArray(seen) ? seen.length : isRecord(seen) ? Object.keys(seen).length : 0;
		return only === undefined ? [] : Array.from({ length: count }, () => only);
	}
}

interface Child {
	readonly outputs: readonly unknown[];
	readonly errors: readonly unknown[];
}

/** The answers that make the state see the value. */
export function answersTogether(state: StatePlan, value: unknown): readonly ChildAnswer[] {
	return partsOf(state, value).map((part) => {
		const error = errorIn(part);
		return error === undefined ? { output: part } : { throw: errorText(error) };
	});
}

function partsOf(state: StatePlan, value: unknown): readonly unknown[] {
	if (state.foreach !== undefined) return Array.isArray(value) ? value : [];
	return machinesOf(state).map((name) => own(value, name));
}

/** The error that a part stands for, where a scenario can write it. */
function errorIn(part: unknown): GivenError | undefined {
	const [message, type] = [own(part, "_error"), own(part, "_error_type")];
	if (typeof message !== "string" || typeof type !== "string") return undefined;
	return isWritable({ type, message }) ? { type, message } : undefined;
}

function machinesOf({ foreach, machine }: StatePlan): readonly string[] {
	if (foreach !== undefined) return [foreach.machine];
	return machine?.kind === "list" ? [...new Set(machine.entries.map(({ name }) => name))] : [];
}
