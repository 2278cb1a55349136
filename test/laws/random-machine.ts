/** Random machines that compile: small contexts, conditions that may fail, agents, actions, error routes. */
import fc from "fast-check";

/** One way to write a value, as text for the YAML and as a function for the interpreter. */
export interface Expr {
	readonly text: string;
	/** @throws Failure("ExpressionError") */
	readonly eval: (scope: Scope) => unknown;
}

export interface Scope {
	readonly context: Readonly<Record<string, unknown>>;
	readonly output: unknown;
	readonly input: Readonly<Record<string, unknown>>;
}

/** An error of the model, by the name that `on_error` matches first. */
export class Failure extends Error {
	readonly type: string;
	constructor(type: string) {
		super(type);
		this.type = type;
	}
}

/** What the agent does: fails with an error of that name, or answers with a number. */
export type AgentKind =
	| { readonly kind: "answers"; readonly n: number }
	| { readonly kind: "throws"; readonly type: string };

export interface RandomState {
	readonly name: string;
	readonly work: "none" | "action" | "agent" | "both";
	readonly agent: AgentKind;
	/** `output_to_context` */
	readonly sets: readonly { readonly key: string; readonly value: Expr }[];
	readonly transitions: readonly { readonly condition: Expr | null | false; readonly to: string }[];
	readonly onError: string | Readonly<Record<string, string>> | null;
}

export interface RandomMachine {
	readonly context: Readonly<Record<string, Expr>>;
	readonly input: Readonly<Record<string, unknown>>;
	readonly states: readonly RandomState[];
	readonly finals: readonly { readonly name: string; readonly output: Readonly<Record<string, Expr>> | null }[];
	readonly maxSteps: number;
	/** Whether hooks that pass everything through stand around all states and the machine; they change nothing. */
	readonly hooked: boolean;
}

const keys = ["a", "b", "c"] as const;
export const errorTypes = ["KeyError", "ValueError"] as const;

const key = fc.constantFrom(...keys);
const value = fc.oneof(
	fc.integer({ min: -3, max: 3 }),
	fc.constantFrom("", "x", "3"),
	fc.constantFrom(null, true, false),
);

const literal = fc.oneof(
	fc.integer({ min: 0, max: 3 }).map((n): Expr => ({ text: String(n), eval: () => n })),
	fc.constantFrom("x", "3").map((s): Expr => ({ text: `'${s}'`, eval: () => s })),
);

const path = fc.oneof(
	key.map((name): Expr => ({ text: `context.${name}`, eval: ({ context }) => context[name] ?? null })),
	fc.constant<Expr>({
		text: "output.n",
		eval: ({ output }) => (typeof output === "object" && output !== null ? (Reflect.get(output, "n") ?? null) : null),
	}),
	key.map(
		(name): Expr => ({
			text: `input.${name}`,
			eval: ({ context, input }) => (Object.hasOwn(context, name) ? context[name] : input[name]) ?? null,
		}),
	),
);

function isNumber(value: unknown): value is number | boolean {
	return typeof value === "number" || typeof value === "boolean";
}

function less(left: unknown, right: unknown): boolean {
	if (isNumber(left) && isNumber(right)) return Number(left) < Number(right);
	if (typeof left === "string" && typeof right === "string") return left < right;
	throw new Failure("ExpressionError");
}

function equal(left: unknown, right: unknown): boolean {
	return isNumber(left) && isNumber(right) ? Number(left) === Number(right) : left === right;
}

/** Python's truth of the scalars and mappings that occur here. */
export function isTrue(value: unknown): boolean {
	if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
	return Boolean(value);
}

const comparison = fc
	.tuple(path, fc.constantFrom("<", ">", "<=", ">=", "==", "!="), fc.oneof(literal, path))
	.map(([left, operator, right]): Expr => {
		const compare: Record<string, (l: unknown, r: unknown) => boolean> = {
			"<": less,
			">": (l, r) => less(r, l),
			"<=": (l, r) => less(l, r) || equal(l, r),
			">=": (l, r) => less(r, l) || equal(l, r),
			"==": equal,
			"!=": (l, r) => !equal(l, r),
		};
		return {
			text: `${left.text} ${operator} ${right.text}`,
			eval: (scope) => compare[operator]?.(left.eval(scope), right.eval(scope)),
		};
	});

const condition = fc.oneof(
	{ weight: 4, arbitrary: comparison },
	{ weight: 1, arbitrary: path },
	{
		weight: 2,
		arbitrary: fc.tuple(comparison, fc.constantFrom("and", "or"), fc.oneof(comparison, path)).map(
			([left, word, right]): Expr => ({
				text: `${left.text} ${word} ${right.text}`,
				eval: (scope) => {
					const first = isTrue(left.eval(scope));
					if (word === "and" ? !first : first) return first;
					return isTrue(right.eval(scope));
				},
			}),
		),
	},
	{
		weight: 1,
		arbitrary: comparison.map(
			(inner): Expr => ({ text: `not (${inner.text})`, eval: (scope) => !isTrue(inner.eval(scope)) }),
		),
	},
);

function printed(value: unknown): string {
	if (value === null || value === undefined) return "None";
	if (typeof value === "boolean") return value ? "True" : "False";
	return String(value);
}

/** A value of `output_to_context` or of an output block. */
const stored = fc.oneof(
	path,
	key.map(
		(name): Expr => ({
			text: `{{ context.${name} }}`,
			eval: ({ context }) => (Object.hasOwn(context, name) ? printed(context[name]) : ""),
		}),
	),
	key.map(
		(name): Expr => ({
			text: `<{{ context.${name} }}|{{ 1 + 1 }}>`,
			eval: ({ context }) => `<${Object.hasOwn(context, name) ? printed(context[name]) : ""}|2>`,
		}),
	),
	key.map(
		(name): Expr => ({
			text: `{{ 6 // context.${name} }}`,
			eval: ({ context }) => {
				const by = context[name];
				if (!isNumber(by) || Number(by) === 0) throw new Failure("ExpressionError");
				return String(Math.floor(6 / Number(by)));
			},
		}),
	),
	fc.constantFrom("plain", "with space").map((text): Expr => ({ text, eval: () => text })),
);

const agent: fc.Arbitrary<AgentKind> = fc.oneof(
	{ weight: 3, arbitrary: fc.integer({ min: -2, max: 3 }).map((n): AgentKind => ({ kind: "answers", n })) },
	{ weight: 1, arbitrary: fc.constantFrom(...errorTypes).map((type): AgentKind => ({ kind: "throws", type })) },
);

/** Random machines: up to five working states and two final ones. */
export const randomMachine: fc.Arbitrary<RandomMachine> = fc.integer({ min: 1, max: 5 }).chain((count) => {
	const names = Array.from({ length: count }, (_, index) => `s${index}`);
	const finals = ["f0", "f1"];
	const target = fc.constantFrom(...names, ...finals);
	const state = (name: string): fc.Arbitrary<RandomState> =>
		fc.record({
			name: fc.constant(name),
			work: fc.constantFrom("none", "none", "action", "agent", "both"),
			agent,
			sets: fc.array(fc.record({ key, value: stored }), { maxLength: 3 }).map(uniqueKeys),
			transitions: fc
				.tuple(
					fc.array(
						fc.record({
							condition: fc.oneof(
								{ weight: 9, arbitrary: condition },
								{ weight: 1, arbitrary: fc.constant<false>(false) },
							),
							to: target,
						}),
						{ maxLength: 3 },
					),
					fc.option(target, { freq: 6 }),
				)
				.map(([some, last]) =>
					last === null && some.length > 0 ? some : [...some, { condition: null, to: last ?? "f0" }],
				),
			onError: fc.oneof(
				fc.constant(null),
				target,
				fc
					.record(
						{ KeyError: target, ExpressionError: target, NoTransitionError: target, default: target },
						{ requiredKeys: [] },
					)
					.map((routes) => (Object.keys(routes).length > 0 ? routes : null)),
			),
		});
	return fc.record({
		context: fc.record({ a: initial("a"), b: initial("b"), c: initial("c") }, { requiredKeys: ["a", "b"] }),
		input: fc.record({ a: value, b: value, c: value }, { requiredKeys: [] }),
		states: fc.tuple(...names.map(state)),
		finals: fc.tuple(
			...finals.map((name) =>
				fc.record({
					name: fc.constant(name),
					output: fc.option(fc.dictionary(key, stored, { minKeys: 1, maxKeys: 3, noNullPrototype: true })),
				}),
			),
		),
		maxSteps: fc.integer({ min: 1, max: 25 }),
		hooked: fc.boolean(),
	});
});

function initial(name: string): fc.Arbitrary<Expr> {
	return fc.oneof(
		fc.constant<Expr>({ text: `input.${name}`, eval: ({ input }) => input[name] ?? null }),
		fc.constant<Expr>({ text: "input.c", eval: ({ input }) => input.c ?? null }),
	);
}

function uniqueKeys<T extends { readonly key: string }>(entries: readonly T[]): T[] {
	return [...new Map(entries.map((entry) => [entry.key, entry])).values()];
}

/** The document of a random machine. */
export function documentOf({ context, states, finals, maxSteps, hooked }: RandomMachine): Record<string, unknown> {
	const texts = (entries: Readonly<Record<string, Expr>>) =>
		Object.fromEntries(Object.entries(entries).map(([name, { text }]) => [name, text]));
	const agentsOf = states.flatMap(({ name }) => [
		[`agent_${name}`, { spec: "flatagent", data: { name, model: { provider: "p", name: "m" }, user: "hi" } }],
	]);
	return {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			name: "random",
			...(hooked && { hooks: "pass" }),
			settings: { max_steps: maxSteps },
			context: texts(context),
			agents: Object.fromEntries(agentsOf),
			states: Object.fromEntries([
				...states.map(({ name, work, sets, transitions, onError }, index) => [
					name,
					{
						...(index === 0 && { type: "initial" }),
						...((work === "action" || work === "both") && { action: "step", hooks: "h" }),
						...((work === "agent" || work === "both") && { agent: `agent_${name}` }),
						output_to_context: Object.fromEntries(sets.map((entry) => [entry.key, entry.value.text])),
						transitions: transitions.map((transition) => ({
							...(transition.condition === false && { condition: false }),
							...(transition.condition && { condition: transition.condition.text }),
							to: transition.to,
						})),
						...(onError && { on_error: onError }),
					},
				]),
				...finals.map(({ name, output }) => [name, { type: "final", ...(output && { output: texts(output) }) }]),
			]),
		},
	};
}
