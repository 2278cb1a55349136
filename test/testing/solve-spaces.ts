/** Answer spaces of small machines with one agent, `judge`. */
import { compile } from "../../src/compile.ts";
import { type AnswerSpaceOptions, answerSpace } from "../../src/testing/solve/answer-space.ts";

export interface Parts {
	readonly context?: Readonly<Record<string, unknown>>;
	readonly states: Readonly<Record<string, unknown>>;
	readonly machines?: Readonly<Record<string, unknown>>;
	readonly fields?: Readonly<Record<string, unknown>>;
	readonly metadata?: Readonly<Record<string, unknown>>;
}

export const end = { type: "final" };

export function spaceOf({ context = {}, states, machines, fields, metadata }: Parts, options: AnswerSpaceOptions = {}) {
	const { plan, plans } = compile({
		spec: "flatmachine",
		spec_version: "4.2.1",
		...(metadata && { metadata }),
		data: {
			context,
			agents: {
				judge: {
					spec: "flatagent",
					data: { model: "mock/m", system: "s", user: "u", ...(fields && { output: fields }) },
				},
			},
			...(machines && { machines }),
			states: { ...states, end },
		},
	});
	return { plan, space: answerSpace(plan, { plans, ...options }) };
}

export function childWith(...outputs: readonly unknown[]) {
	const names = outputs.map((_, index) => `end${index}`);
	const first = names[0] ?? "end0";
	return {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			context: { way: "input.way" },
			states: {
				start: {
					type: "initial",
					transitions: [...names.slice(1).map((to) => ({ condition: `context.way == '${to}'`, to })), { to: first }],
				},
				...Object.fromEntries(names.map((name, index) => [name, { type: "final", output: outputs[index] }])),
			},
		},
	};
}
