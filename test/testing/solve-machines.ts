/** Random small machines with an agent, and what its schema allows it to answer, for the laws of the solver. */
import fc from "fast-check";
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import { CompileError } from "../../src/compile.ts";
import type { Shape } from "../../src/testing/solve/shape.ts";
import { planOf } from "./solve-judge.ts";

const KEYS = ["a", "b"] as const;
const WORDS = ["", "a", "ab", "b", "draft", "done"];
const STATES = ["s0", "s1", "s2"];

export const constant = fc.oneof(
	fc.constantFrom(-1, 0, 1, 2, 3, 3.5, 4),
	fc.constantFrom(...WORDS),
	fc.constantFrom(true, false, null),
	fc.constantFrom<unknown>([], ["a"], [1], ["a", "b"]),
);

function literal(value: unknown): string {
	if (value === null) return "null";
	if (typeof value === "boolean") return value ? "true" : "false";
	if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
	return typeof value === "string" ? `'${value}'` : String(value);
}

const variable = fc.constantFrom("context.a", "context.b", "context.a", "output.x", "output.kind", "context.a.x");
const operator = fc.constantFrom("==", "!=", "<", "<=", ">", ">=");
const comparison = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.tuple(variable, operator, constant).map(([name, op, value]) => `${name} ${op} ${literal(value)}`),
	},
	fc.tuple(variable, operator, variable).map((parts) => parts.join(" ")),
	fc.tuple(constant, operator, variable).map(([value, op, name]) => `${literal(value)} ${op} ${name}`),
	fc
		.tuple(variable, fc.constantFrom("in", "not in"), fc.array(constant, { maxLength: 3 }))
		.map(([name, op, items]) => `${name} ${op} ${literal(items)}`),
	fc
		.tuple(fc.constantFrom(...WORDS), fc.constantFrom("in", "not in"), variable)
		.map(([word, op, name]) => `'${word}' ${op} ${name}`),
	fc
		.tuple(variable, fc.constantFrom("in", "not in"), fc.constantFrom(...WORDS))
		.map(([name, op, word]) => `${name} ${op} '${word}'`),
	fc.tuple(constant, variable, constant).map(([low, name, high]) => `${literal(low)} <= ${name} < ${literal(high)}`),
	variable,
	fc
		.tuple(variable, fc.constantFrom("is", "is not"), fc.constantFrom("null", "true", "false"))
		.map((parts) => parts.join(" ")),
	variable.map((name) => `${name} + 1 > 2`),
	variable.map((name) => `${name}[0] == 'a'`),
);
const condition = fc.oneof(
	{ weight: 3, arbitrary: comparison },
	fc.tuple(comparison, fc.constantFrom("and", "or"), comparison).map((parts) => parts.join(" ")),
	comparison.map((one) => `not (${one})`),
	fc.tuple(comparison, comparison, comparison).map(([one, two, three]) => `(${one}) if ${two} else (${three})`),
);

const field = fc.oneof(
	fc.constantFrom(
		{ type: "int" },
		{ type: "float" },
		{ type: "str" },
		{ type: "bool" },
		{ type: "json" },
		{ type: "list" },
	),
	fc.constantFrom({ type: "int", required: false }, { type: "list", items: { type: "str" } }),
	fc.constantFrom({ type: "str", enum: ["draft", "done"] }, { type: "int", enum: [1, 3] }),
	fc.constant({ type: "object", properties: { x: { type: "int" } } }),
);
/** What is stored of an answer through a template. */
const derived = fc.constantFrom(
	"output.x",
	"output.kind",
	"{{ output.x }}",
	"{{ output.x | int + 1 }}",
	"{{ output.kind | trim | lower }}",
	"{{ output.x | default('none') }}",
	"{{ 'draft' if output.x == 3 else 'done' }}",
	"{{ output.kind | length }}",
	"{{ output.x ~ '-' ~ output.kind }}",
	"{% if output.kind %}a{% else %}b{% endif %}",
	"{{ output.x * 2 - 1 }}",
);
const write = fc.oneof(
	fc.constantFrom("output.x", "output.kind", "output", "context.b", "context.a.x"),
	fc.constantFrom(
		"{{ output.x }}",
		"{{ context.a }}",
		"{{ 'draft' if output.x else 'done' }}",
		"{% if context.a %}a{% else %}b{% endif %}",
	),
	fc.constantFrom("draft", "done", "{{ context.a | length }}"),
	fc.constantFrom<unknown>(1, 3, true, null, ["a"], { x: 1 }, { x: "output.x" }),
);

const stateWith = (conditions: fc.Arbitrary<string>) =>
	fc.record({
		works: fc.boolean(),
		writes: fc.dictionary(fc.constantFrom(...KEYS), write, { maxKeys: 2 }),
		transitions: fc.array(fc.record({ condition: conditions, to: fc.constantFrom(...STATES, "end") }), {
			maxLength: 3,
		}),
		otherwise: fc.option(fc.constantFrom(...STATES, "end")),
		onError: fc.option(
			fc.oneof(
				fc.constantFrom(...STATES),
				fc.dictionary(
					fc.constantFrom("ExpressionError", "NoTransitionError", "Error", "default"),
					fc.constantFrom(...STATES),
					{ minKeys: 1 },
				),
			),
		),
	});
const state = stateWith(condition);

/** States with few conditions between them, so that one may have decided what another asks again. */
const alikeStates = fc.array(condition, { minLength: 1, maxLength: 3 }).chain((few) => {
	const alike = stateWith(fc.constantFrom(...few));
	return fc.tuple(alike, alike, alike);
});

const plainComparison = fc
	.tuple(fc.constantFrom("context.a", "context.b"), fc.constantFrom("==", "!=", "<", ">="), fc.constantFrom(0, 1, 2))
	.map((parts) => parts.join(" "));
const pairedComparison = fc
	.tuple(fc.constantFrom("==", "!="), fc.constantFrom("context.b", "context.a"))
	.map(([op, other]) => `context.a ${op} ${other}`);

/** Numbers that are compared again and again, and set anew in between: runs that go on for long. */
const wanderingStates = fc
	.array(fc.oneof({ weight: 3, arbitrary: plainComparison }, pairedComparison), { minLength: 1, maxLength: 2 })
	.chain((few) => {
		const one = fc.record({
			works: fc.boolean(),
			writes: fc.dictionary(
				fc.constantFrom(...KEYS),
				fc.constantFrom("output.x", "output.kind", "context.b", "context.a"),
				{ maxKeys: 2 },
			),
			transitions: fc.array(fc.record({ condition: fc.constantFrom(...few), to: fc.constantFrom(...STATES) }), {
				minLength: 1,
				maxLength: 2,
			}),
			otherwise: fc.constantFrom(...STATES),
			onError: fc.constant(null),
		});
		return fc.tuple(one, one, one);
	});

/** Every state asks the agent and stores two parts of its answer. */
const askingState = state.chain((made) =>
	fc.record({ a: derived, b: derived }).map((writes) => ({ ...made, works: true, writes })),
);

export const machine = fc.record({
	version: fc.constantFrom("1.0.0", "4.2.1"),
	context: fc.record({ a: fc.oneof(constant, fc.constant("input.a")), b: constant }, { requiredKeys: [] }),
	fields: fc.record({ x: field, kind: field }, { requiredKeys: [] }),
	states: fc.oneof(fc.tuple(state, state, state), alikeStates),
});

export const wanderingMachine = fc.record({
	version: fc.constant("4.2.1"),
	context: fc.record({ a: fc.constantFrom<unknown>("input.a", 0, ["a"]), b: fc.constantFrom<unknown>(0, 1, ["a"]) }),
	fields: fc.record({ x: fc.constant({ type: "int" }), kind: fc.constantFrom({ type: "int" }, { type: "list" }) }),
	states: wanderingStates,
});

/** Machines in which conditions read what came of answers. */
export const askingMachine = fc.record({
	version: fc.constantFrom("1.0.0", "4.2.1"),
	context: fc.record({ a: fc.oneof(constant, fc.constant("input.a")), b: constant }, { requiredKeys: [] }),
	fields: fc.record({ x: field, kind: field }),
	states: fc.tuple(askingState, askingState, askingState),
});

type Machine = typeof machine extends fc.Arbitrary<infer T> ? T : never;

function compiled({ version, context, fields, states }: Machine): MachinePlan {
	return planOf({
		spec: "flatmachine",
		spec_version: version,
		data: {
			context,
			agents: {
				judge: {
					spec: "flatagent",
					data: { model: "mock/m", system: "s", user: "u", output: { ...fields, other: { type: "str" } } },
				},
			},
			states: {
				...Object.fromEntries(
					states.map(({ works, writes, transitions, otherwise, onError }, index) => [
						`s${index}`,
						{
							...(index === 0 && { type: "initial" }),
							...(works && { agent: "judge", output_to_context: writes }),
							...(onError !== null && { on_error: onError }),
							transitions: [
								...transitions,
								...(otherwise === null && transitions.length > 0 ? [] : [{ to: otherwise ?? "end" }]),
							],
						},
					]),
				),
				end: { type: "final" },
			},
		},
	});
}

/** Undefined for a machine that the compiler refuses, as it compares texts with numbers for certain. */
export function compiledOr(made: Machine): MachinePlan | undefined {
	try {
		return compiled(made);
	} catch (error) {
		if (error instanceof CompileError) return undefined;
		throw error;
	}
}

/** Values that a schema allows. */
export function valueOfShape(shape: Shape): fc.Arbitrary<unknown> {
	if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
	switch (shape.type) {
		case "int":
			return fc.constantFrom(-2, -1, 0, 1, 2, 3, 4, 5);
		case "float":
			return fc.constantFrom(-0.5, 0, 0.5, 1, 1.5, 2, 3, 3.5, 3.75, 4);
		case "bool":
			return fc.boolean();
		case "str":
			return fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom("abc", "ba", "e", "zz"));
		case "list":
			return fc.array(shape.items === undefined ? constant : valueOfShape(shape.items), { maxLength: 3 });
		case "object": {
			const fields = [...(shape.properties ?? [])];
			return fc.record(Object.fromEntries(fields.map(([name, one]) => [name, valueOfShape(one)])), {
				requiredKeys: fields.filter(([, one]) => one.required).map(([name]) => name),
			});
		}
		default:
			return fc.oneof(constant, fc.record({ x: constant }));
	}
}
