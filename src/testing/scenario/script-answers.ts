/** Gives out a scenario's answers in their order, and knows what was asked for in vain and what was left over. */
import { errorFromText, type ScriptedAnswer } from "../../../adapters/scripted/index.ts";
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import type { StandInSignal, StandIns } from "../../../runtime/state/stand-ins.ts";
import type { ChildAnswer, ScenarioScript } from "./scenario.ts";

type Kind = "agents" | "machines" | "actions" | "waits";

const words: Readonly<Record<Kind, { readonly asked: string; readonly given: string }>> = {
	agents: { asked: "calls agent", given: "agent" },
	machines: { asked: "starts machine", given: "machine" },
	actions: { asked: "runs action", given: "action" },
	waits: { asked: "waits in state", given: "the waiting of state" },
};

/** The inputs that agents, child machines and launched ones got, by name, in the order in which the run asked. */
export interface Asked {
	readonly agents: Readonly<Record<string, readonly unknown[]>>;
	readonly machines: Readonly<Record<string, readonly unknown[]>>;
}

export class ScriptAnswers implements StandIns {
	readonly #script: ScenarioScript;
	readonly #called: ReadonlySet<string>;
	readonly #onMissing: () => void;
	readonly #used = new Map<string, number>();
	readonly #asked = { agents: new Map<string, unknown[]>(), machines: new Map<string, unknown[]>() };
	/** What the run asked for and the script does not have: one sentence each. */
	readonly missing: string[] = [];

	/** @param onMissing is called when there is no answer: what asked for it then waits for ever */
	constructor(script: ScenarioScript, plan: MachinePlan, onMissing: () => void) {
		this.#script = script;
		this.#called = calledMachines(plan);
		this.#onMissing = onMissing;
	}

	/** The next answer for an agent. */
	async agent(name: string, input: unknown): Promise<ScriptedAnswer> {
		this.#note("agents", name, input);
		const answers = own(this.#script.agents, name);
		const next = this.#next("agents", name, answers);
		return next === undefined ? this.#giveUp("agents", name, answers) : next;
	}

	machine(name: string, input: unknown): unknown {
		this.#note("machines", name, input);
		const answers = own(this.#script.machines, name);
		const answer = this.#next("machines", name, answers);
		if (answer === undefined) return this.#giveUp("machines", name, answers);
		return answer.late ? nextTurn().then(() => ended(answer)) : ended(answer);
	}

	/** What is only launched needs no answer, and may have one. */
	launch(name: string, input: unknown): void {
		this.#note("machines", name, input);
		if (this.#called.has(name)) return;
		const answer = this.#next("machines", name, own(this.#script.machines, name));
		if (answer && "throw" in answer) throw errorFromText(answer.throw);
	}

	action(name: string, context: Readonly<Record<string, unknown>>): ReturnType<StandIns["action"]> {
		const answers = own(this.#script.actions, name);
		// Without hooks an action does nothing.
		if (answers === undefined) return context;
		const answer = this.#next("actions", name, answers);
		if (answer === undefined) return this.#giveUp("actions", name, answers);
		if ("throw" in answer) throw errorFromText(answer.throw);
		return { ...context, ...answer.set };
	}

	signal(state: string): StandInSignal | undefined {
		return this.#next("waits", state, own(this.#script.waits, state));
	}

	/** What is written for a state that works says that its time is over, or with `data` that this visit is in time. */
	expires(state: string): boolean {
		const answer = this.#next("waits", state, own(this.#script.waits, state));
		return answer !== undefined && "timeout" in answer;
	}

	/** What was given and not asked for: one sentence for each name. */
	unused(): string[] {
		const kinds = ["agents", "machines", "actions", "waits"] as const;
		return kinds.flatMap((kind) =>
			Object.entries(this.#script[kind]).flatMap(([name, { length }]) => {
				const used = this.#used.get(`${kind} ${name}`) ?? 0;
				const { given } = words[kind];
				return used < length ? [`Of ${count(length)} for ${given} \`${name}\` the run used ${used}.`] : [];
			}),
		);
	}

	get asked(): Asked {
		const { agents, machines } = this.#asked;
		return { agents: Object.fromEntries(agents), machines: Object.fromEntries(machines) };
	}

	#note(kind: keyof Asked, name: string, input: unknown): void {
		const inputs = this.#asked[kind].get(name);
		if (inputs) inputs.push(input);
		else this.#asked[kind].set(name, [input]);
	}

	#next<Answer>(kind: Kind, name: string, answers: readonly Answer[] | undefined): Answer | undefined {
		const key = `${kind} ${name}`;
		const used = this.#used.get(key) ?? 0;
		const answer = answers?.[used];
		if (answer !== undefined) this.#used.set(key, used + 1);
		return answer;
	}

	#giveUp(kind: Kind, name: string, answers: readonly unknown[] | undefined): Promise<never> {
		const { length } = answers ?? [];
		const has = length === 0 ? "has no answers for it" : `has only ${count(length)}`;
		const times = length === 0 ? "" : ` ${length + 1} times`;
		this.missing.push(`The run ${words[kind].asked} \`${name}\`${times}, and the scenario ${has}.`);
		this.#onMissing();
		return new Promise(() => undefined);
	}
}

function ended(answer: ChildAnswer): unknown {
	if ("throw" in answer) throw errorFromText(answer.throw);
	return answer.output;
}

/** All that is not late happens before the event loop's next turn. */
function nextTurn(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}

function calledMachines({ states }: MachinePlan): ReadonlySet<string> {
	return new Set(
		states.flatMap(({ machine, foreach }) => [
			...(machine?.kind === "single" ? [machine.name] : (machine?.entries ?? []).map(({ name }) => name)),
			...(foreach ? [foreach.machine] : []),
		]),
	);
}

function own<Answer>(answers: Readonly<Record<string, Answer>>, name: string): Answer | undefined {
	return Object.hasOwn(answers, name) ? answers[name] : undefined;
}

function count(answers: number): string {
	return answers === 1 ? "1 answer" : `${answers} answers`;
}
