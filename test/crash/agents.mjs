/** Agents and hooks of the machines under test: what they answer follows from their input and the call's name alone. */

/** Exact in binary, so that sums do not depend on their order. */
const cost = 1 / 1024;
const usage = { api_calls: 1, input_tokens: 3, output_tokens: 2 };

const answers = {
	add: ({ n }) => ({ value: Number(n) + 1 }),
	square: ({ n }) => ({ value: Number(n) ** 2 }),
	scrub: ({ n }) => ({ value: Number(n) + 1 }),
	sampler: (_input, attempt) => ({ value: attempt }),
	voter: (_input, attempt) => ({ choice: ["b", "a", "c", "a", "b", "a"][Number(attempt.split(".")[1]) - 1] ?? "b" }),
	mark: ({ n }, _attempt, writer) => ({ value: Number(n) + 1, by: writer }),
	essayist: ({ number }) => ({ value: number }),
	referee: ({ attempt }) => ({ kind: { passed: attempt.number === 7, reason: "it shouts" } }),
	breaker: () => {
		throw new Error("broken for good");
	},
	flaky: (_input, attempt) => {
		if (attempt === "1") throw new Error("not yet");
		return { value: attempt };
	},
};

/** From 1 to 5, the same for the same text. */
function millisecondsOf(text) {
	let sum = 0;
	for (const character of text) sum = (sum * 31 + character.codePointAt(0)) % 1009;
	return 1 + (sum % 5);
}

/**
 * A script for all agents.
 * @param call `call(name, milliseconds, answer)` tells of a call and makes its answer
 * @param writerOf who writes an execution, for the answers in a race
 */
export function answerOf(call, writerOf) {
	return ({ idempotencyKey, input, messages }, { agentName }) => {
		const [id, step, state, ...rest] = idempotencyKey.split("/");
		const attempt = rest.at(-1);
		// Further attempts at key results, and the judge, have prefixes.
		const prefix = rest
			.slice(0, -1)
			.map((part) => `${part}/`)
			.join("");
		const name = `${id}/${step}/${state}/${prefix}agent.${agentName}.${attempt}`;
		const milliseconds =
			agentName === "scrub" ? 5 : agentName === "mark" ? 1 : millisecondsOf(`${step}${state}${attempt}`);
		if (agentName === "looper") return call(name, 1, () => ({ ...loopAnswer(input, messages, attempt), usage, cost }));
		return call(name, milliseconds, () => {
			// A failure as data, that is counted and paid for.
			if (agentName === "flaky" && attempt === "2") {
				return { error: { code: "server_error", message: "busy", retryable: true }, usage, cost };
			}
			return { output: answers[agentName](input, attempt, writerOf(id)), usage, cost };
		});
	};
}

/** Calls of one turn of the tool loop. */
const perTurn = 5;
const turns = 10;

/** Asks for tools until ten turns have had their results, and then tells the results. */
function loopAnswer(input, messages, attempt) {
	const turn = Number(attempt.split(".")[1]);
	if (turn > turns) {
		const results = messages.filter(({ role }) => role === "tool").map(({ content }) => Number(content));
		return { content: JSON.stringify(results) };
	}
	const tool_calls = Array.from({ length: perTurn }, (_, index) => {
		const n = (turn - 1) * perTurn + index;
		return { id: `call-${n}`, name: "double", arguments: { n } };
	});
	return { content: "", tool_calls, ...(messages === null && { rendered_user_prompt: `Double ${input.what}.` }) };
}

/** Tools of the tool loop. */
export function toolsOf(call) {
	return {
		getToolDefinitions: () => [{ type: "function", function: { name: "double", parameters: { type: "object" } } }],
		executeTool: (name, _id, { n }, { idempotencyKey }) => {
			const [id, step, state, position] = idempotencyKey.split("/");
			const key = `${id}/${step}/${state}/${position.replace("tool.", `tool.${name}.`)}`;
			return call(key, 1 + (n % 3), () => ({ content: String(2 * n) }));
		},
	};
}

/** Hooks by name. */
export function hooksOf(call) {
	const nameOf = ({ machine }, rest) => `${machine.execution_id}/${machine.step}/${rest}`;
	return {
		judging: {
			onAction: (_action, context, { state, keyResult }) => {
				const { number } = context.attempt;
				const prefix = number === 0 ? "" : `attempt.${number}/`;
				return call(nameOf(context, `${state}/${prefix}check.${keyResult}`), 2, () => number > 3);
			},
		},
		noting: {
			onAction: (action, context, { state }) =>
				call(nameOf(context, `${state}/action.${action}`), 2, () => ({
					...context,
					notes: [...context.notes, action],
				})),
		},
		tallying: {
			onToolResult: (state, { name, tool_call_id: id }, context) =>
				call(nameOf(context, `${state}/result.${id}`), 0, () => ({ ...context, [name]: (context[name] ?? 0) + 1 })),
		},
		watching: {
			onStateEnter: (state, context) => call(nameOf(context, `${state}/enter`), 1, () => context),
			onStateExit: (state, context) => call(nameOf(context, `${state}/exit`), 1, () => undefined),
			onTransition: (from, to, context) => call(nameOf(context, `${from}:ask/transition`), 1, () => to),
		},
	};
}
