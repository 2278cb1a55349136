/** The shapes that our adapters take of the frameworks' packages are those of the real packages. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { describeInstalled } from "./installed-frameworks.ts";

describeInstalled("@anthropic-ai/claude-agent-sdk", "types of the frameworks' packages", () => {
	it("fit the shapes that adapters have of them", async () => {
		const root = fileURLToPath(new URL("../../", import.meta.url));
		const compiler = `${root}node_modules/typescript/bin/tsc`;
		const args = [compiler, "-p", `${root}test/frameworks/tsconfig.json`];
		const said = await promisify(execFile)(process.execPath, args).then(
			() => "",
			(error: unknown) => String(error instanceof Error && "stdout" in error ? error.stdout : error),
		);
		expect(said).toBe("");
	});
});
