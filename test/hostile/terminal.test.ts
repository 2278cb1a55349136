import { statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { formatDiagnostic } from "../../compiler/diagnostics/format.ts";
import { runCommandLine } from "../../src/cli/program.ts";
import { writeFileAtomically } from "../../src/cli/write-file.ts";
import { validate } from "../../src/compile.ts";
import { files } from "../cli/files.ts";

/** What clears the screen, the same in one character, a window's title, and text shown backwards. */
const steering = /\u001b\[2J|\u001b\]|\u009b|\u202e/;
const name = "x\\e[2J\\u009b2J\\e]0;T\\a\\u202e";

afterEach(() => {
	vi.restoreAllMocks();
});

/** Runs one command line and gives all that it writes. */
async function written(...args: string[]): Promise<string> {
	let text = "";
	const take = (chunk: unknown, ...more: unknown[]): boolean => {
		text += String(chunk);
		const done = more.at(-1);
		if (typeof done === "function") done();
		return true;
	};
	vi.spyOn(process.stdout, "write").mockImplementation(take);
	vi.spyOn(process.stderr, "write").mockImplementation(take);
	await runCommandLine(["node", "flatstate", ...args]);
	vi.restoreAllMocks();
	return text;
}

const machine = (states: string) => `spec: flatmachine
spec_version: "4.2.1"
data:
  name: "${name}"
  agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
  states:
${states}
`;

describe("names and answers cannot steer a terminal", () => {
	it("in diagnostics, their frames and suggestions", () => {
		const text = machine(
			`    "${name}": { transitions: [{ to: "${name}y" }], "${name}": 1 } # raw \u001b[2J\u009b2J\u202e`,
		);
		const diagnostics = validate(text);
		expect(diagnostics.length).toBeGreaterThan(1);
		for (const diagnostic of diagnostics) expect(formatDiagnostic(diagnostic, { color: false })).not.toMatch(steering);
	});

	it("in outputs, which mean the same JSON", async () => {
		await using folder = files({
			"m.yml": machine(`    "${name}": { agent: a, output_to_context: { x: output.x }, transitions: [{ to: d }] }
    d: { type: final, output: { x: context.x } }`),
			"s.yml": `a: { output: { x: "${name}" } }`,
		});
		const text = await written("run", join(folder.path, "m.yml"), "--quiet", "--script", join(folder.path, "s.yml"));
		expect(text).not.toMatch(steering);
		expect(JSON.parse(text)).toEqual({
			x: JSON.parse(`"${name.replaceAll("\\e", "\\u001b").replaceAll("\\a", "\\u0007")}"`),
		});
	});

	it("in failures and in what a run waits for", async () => {
		await using folder = files({
			"m.yml": machine(`    "${name}": { agent: a, transitions: [{ to: d }] }\n    d: { type: final }`),
			"w.yml": machine(`    "${name}": { wait_for: "${name}", transitions: [{ to: d }] }\n    d: { type: final }`),
			"s.yml": `a: { throw: "E${name}: ${name}" }`,
		});
		const failed = await written("run", join(folder.path, "m.yml"), "--script", join(folder.path, "s.yml"));
		expect(failed).toContain("failed");
		expect(failed).not.toMatch(steering);
		const waiting = await written("run", join(folder.path, "w.yml"));
		expect(waiting).toContain("Waiting");
		expect(waiting).not.toMatch(steering);
	});

	it.each(["json", "ts"])("in a machine compiled to %s", async (format) => {
		await using folder = files({
			"m.yml": machine(`    "${name}": { transitions: [{ to: d }] }\n    d: { type: final }`),
		});
		const text = await written("compile", join(folder.path, "m.yml"), "--format", format);
		expect(text).toContain("u202e");
		expect(text).not.toMatch(steering);
	});
});

it("writing to what is no plain file does not put a plain file in its place", async () => {
	await using folder = files({});
	const path = join(folder.path, "socket");
	const server = createServer();
	await new Promise<void>((resolve) => {
		server.listen(path, resolve);
	});
	expect(() => writeFileAtomically(path, "text")).toThrow(/ENXIO|EOPNOTSUPP/);
	expect(statSync(path).isSocket()).toBe(true);
	await new Promise((resolve) => {
		server.close(resolve);
	});
});
