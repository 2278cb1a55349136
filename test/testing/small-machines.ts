/** Random machines so small that all of their runs can be tried, with their meaning beside their text. */
import fc from "fast-check";

export type Value = number | string | boolean | null;
export type Context = Readonly<Record<string, Value>>;
export type Output = Readonly<Record<string, Value>>;

/** One way to write a value, as text and as a function. */
export interface Expr {
	readonly text: string;
	/** @throws Failure */
	readonly eval: (context: Context, output: Output) => Value;
}

/** `ask` has an output schema, `free` none; `mark` sets what the file declares. */
export type Work = "none" | "ask" | "free" | "retry" | "mark" | "wait";

export interface State {
	readonly name: string;
	readonly work: Work;
	readonly sets: readonly (readonly [key: string, value: Expr])[];
	readonly transitions: readonly { readonly condition: Expr | null | false; readonly to: string }[];
	/** By error name; `default` is any other. */
	readonly onError: Readonly<Record<string, string>> | null;
}

export interface SmallMachine {
	readonly context: Context;
	/** Keys that come from the input. */
	readonly given: readonly (typeof keys)[number][];
	readonly states: readonly State[];
}

/** What a condition meets that has no value. */
export class Failure extends Error {}

/** What the agent `ask` may answer. */
export const domains = { n: [0, 1, 2, 3], s: ["x", "y"], ok: [true, false] } as const;
/** What the action `mark` may set. */
export const effects = { a: [1, "x"], c: [false, 3] } as const;
export const keys = ["a", "b", "c"] as const;

const literal = fc.oneof(
	fc.integer({ min: -1, max: 4 }),
	fc.constantFrom("x", "y", "z"),
	fc.constantFrom(true, false, null),
);

const literalText = (value: Value): string =>
	typeof value === "string"
		? `'${value}'`
		: value === null
			? "None"
			: value === true
				? "True"
				: value === false
					? "False"
					: String(value);

const path: fc.Arbitrary<Expr> = fc.oneof(
	{
		weight: 3,
		arbitrary: fc
			.constantFrom(...keys)
			.map((key): Expr => ({ text: `context.${key}`, eval: (context) => context[key] ?? null })),
	},
	{
		weight: 1,
		arbitrary: fc
			.constantFrom("n", "s", "ok")
			.map((key): Expr => ({ text: `output.${key}`, eval: (_, output) => output[key] ?? null })),
	},
);
const constant = literal.map((value): Expr => ({ text: literalText(value), eval: () => value }));

const isNumber = (value: Value): value is number | boolean => typeof value === "number" || typeof value === "boolean";
const equal = (left: Value, right: Value) =>
	isNumber(left) && isNumber(right) ? Number(left) === Number(right) : left === right;
function less(left: Value, right: Value): boolean {
	if (isNumber(left) && isNumber(right)) return Number(left) < Number(right);
	if (typeof left === "string" && typeof right === "string") return left < right;
	throw new Failure("ExpressionError");
}

const operators: Readonly<Record<string, (left: Value, right: Value) => boolean>> = {
	"==": equal,
	"!=": (left, right) => !equal(left, right),
	"<": less,
	">": (left, right) => less(right, left),
	"<=": (left, right) => less(left, right) || equal(left, right),
	">=": (left, right) => less(right, left) || equal(left, right),
};

const comparison = fc
	.tuple(
		path,
		fc.constantFrom("==", "==", "!=", "<", ">", "<=", ">="),
		fc.oneof({ weight: 3, arbitrary: constant }, { weight: 1, arbitrary: path }),
	)
	.map(
		([left, operator, right]): Expr => ({
			text: `${left.text} ${operator} ${right.text}`,
			eval: (context, output) => operators[operator]?.(left.eval(context, output), right.eval(context, output)) ?? null,
		}),
	);

const membership = fc
	.tuple(path, fc.constantFrom("in", "not in"), fc.array(literal, { minLength: 1, maxLength: 3 }))
	.map(
		([left, operator, items]): Expr => ({
			text: `${left.text} ${operator} [${items.map(literalText).join(", ")}]`,
			eval: (context, output) => items.some((item) => equal(item, left.eval(context, output))) === (operator === "in"),
		}),
	);

const atom = fc.oneof(
	{ weight: 4, arbitrary: comparison },
	{ weight: 1, arbitrary: membership },
	{ weight: 1, arbitrary: path },
);
/** Conditions over `context` and `output`, some of which have no value at times. */
export const condition: fc.Arbitrary<Expr> = fc.oneof(
	{ weight: 3, arbitrary: atom },
	{
		weight: 2,
		arbitrary: fc.tuple(atom, fc.constantFrom("and", "or"), atom).map(
			([left, word, right]): Expr => ({
				text: `${left.text} ${word} ${right.text}`,
				eval: (context, output) => {
					const first = Boolean(left.eval(context, output));
					return (word === "and" ? !first : first) ? first : Boolean(right.eval(context, output));
				},
			}),
		),
	},
	{
		weight: 1,
		arbitrary: atom.map(
			(inner): Expr => ({
				text: `not (${inner.text})`,
				eval: (context, output) => !inner.eval(context, output),
			}),
		),
	},
);

/** Bare texts would be templates: constants go into the initial context only. */
const stored = path;

/** Machines of up to four states. */
export const smallMachine: fc.Arbitrary<SmallMachine> = fc.integer({ min: 1, max: 4 }).chain((count) => {
	const names = Array.from({ length: count }, (_, index) => `s${index}`);
	const target = fc.constantFrom(...names, "end");
	const state = (name: string): fc.Arbitrary<State> =>
		fc.record({
			name: fc.constant(name),
			work: fc.constantFrom<Work>("none", "ask", "ask", "free", "retry", "mark", "wait"),
			sets: fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), stored), { selector: ([key]) => key, maxLength: 2 }),
			transitions: fc
				.tuple(
					fc.array(
						fc.record({
							condition: fc.oneof(
								{ weight: 12, arbitrary: condition },
								{ weight: 1, arbitrary: fc.constant<false>(false) },
							),
							to: target,
						}),
						{ maxLength: 3 },
					),
					fc.option(target, { freq: 5 }),
				)
				.map(([some, last]) =>
					last === null && some.length > 0 ? some : [...some, { condition: null, to: last ?? "end" }],
				),
			onError: fc.option(
				fc
					.record(
						{
							KeyError: target,
							TimeoutError: target,
							ExpressionError: target,
							NoTransitionError: target,
							default: target,
						},
						{ requiredKeys: [] },
					)
					.map((routes) => (Object.keys(routes).length > 0 ? routes : null)),
			),
		});
	return fc.record({
		context: fc.record({ a: literal, b: literal, c: literal }),
		given: fc.oneof(
			{ weight: 2, arbitrary: fc.constant([]) },
			{ weight: 1, arbitrary: fc.subarray([...keys], { maxLength: 2 }) },
		),
		states: fc.tuple(...names.map(state)),
	});
});

const written: Readonly<Record<Work, Readonly<Record<string, unknown>>>> = {
	none: {},
	ask: { agent: "ask" },
	free: { agent: "free" },
	retry: { agent: "ask", execution: { type: "retry", backoffs: [1] } },
	mark: { action: "mark" },
	wait: { wait_for: "go", timeout: 60 },
};

/** The document of a machine. */
export function documentOf({ context, given, states }: SmallMachine): Record<string, unknown> {
	const output = { n: { type: "int", enum: domains.n }, s: { type: "str", enum: domains.s }, ok: { type: "bool" } };
	return {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			name: "small",
			context: Object.fromEntries(keys.map((key) => [key, given.includes(key) ? `input.${key}` : context[key]])),
			agents: {
				free: { spec: "flatagent", data: { name: "free", model: { provider: "p", name: "m" }, user: "hi" } },
				ask: { spec: "flatagent", data: { name: "ask", model: { provider: "p", name: "m" }, user: "hi", output } },
			},
			states: Object.fromEntries([
				...states.map(({ name, work, sets, transitions, onError }, index) => [
					name,
					{
						...(index === 0 && { type: "initial" }),
						...written[work],
						output_to_context: Object.fromEntries(sets.map(([key, { text }]) => [key, text])),
						transitions: transitions.map((one) => ({
							...(one.condition === false && { condition: false }),
							...(one.condition && { condition: one.condition.text }),
							to: one.to,
						})),
						...(onError && { on_error: onError }),
					},
				]),
				["end", { type: "final" }],
			]),
		},
		metadata: { effects: { mark: effects } },
	};
}
