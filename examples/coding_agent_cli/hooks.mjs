import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** Hooks that know the copy of the project. */
export function projectHooks(root) {
	return {
		async onAction(_action, context) {
			// The next round begins a conversation of its own, which has the review in its prompt.
			const { _tool_loop_chain, ...rest } = context;
			return {
				...rest,
				round: context.round + 1,
				tests: await testsIn(root),
				changes: await readFile(`${root}/duration.js`, "utf8"),
			};
		},
	};
}

async function testsIn(cwd) {
	const { NODE_TEST_CONTEXT: _, ...env } = process.env;
	return promisify(execFile)(process.execPath, ["--test"], { cwd, env }).then(
		() => "pass",
		() => "fail",
	);
}
