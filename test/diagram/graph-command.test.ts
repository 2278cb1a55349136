/** `flatstate graph`, as it is typed. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { flatstate } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";

const machine = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: drawn
  machines: { inner: ./inner.yml }
  states:
    start: { type: initial, machine: inner, transitions: [{ to: done }] }
    done: { type: final }
`;

const inner = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: inner
  context: { deep: false }
  machines: { outer: ./machine.yml }
  states:
    first: { type: initial, transitions: [{ condition: context.deep, to: again }, { to: done }] }
    again: { machine: outer, transitions: [{ to: done }] }
    done: { type: final }
`;

const documents = { "machine.yml": machine, "inner.yml": inner };

describe("flatstate graph", () => {
	it("prints Mermaid, where no format is said", async () => {
		await using folder = files(documents);
		const { code, stdout } = await flatstate(["graph", "machine.yml"], { cwd: folder.path });
		expect(code).toBe(0);
		expect(stdout).toMatch(/^---\ntitle: "drawn"\n---\nstateDiagram-v2\n/);
	});

	it.each([
		["machine.svg", /^<svg /],
		["machine.mmd", /stateDiagram-v2/],
		["machine.dot", /^digraph "drawn" \{/],
		["machine.json", /^\{\n\t"title": "drawn"/],
		["machine.png", /^.PNG/],
	])("writes %s in the format of its ending", async (name, expected) => {
		await using folder = files(documents);
		const { code, stdout, stderr } = await flatstate(["graph", "machine.yml", "-o", name], { cwd: folder.path });
		expect([code, stdout, stderr]).toEqual([0, "", `Wrote ${name}\n`]);
		expect(readFileSync(join(folder.path, name), "latin1")).toMatch(expected);
	});

	it("sends a PNG through a pipe", async () => {
		await using folder = files(documents);
		const { code, stdout } = await flatstate(["graph", "machine.yml", "-f", "png"], { cwd: folder.path });
		expect(code).toBe(0);
		expect(stdout).toContain("PNG");
	});

	it("draws a machine that is within itself once, and names no folder", async () => {
		await using folder = files(documents);
		const { stdout } = await flatstate(["graph", "machine.yml", "-f", "json"], { cwd: folder.path });
		const { nodes, groups } = JSON.parse(stdout);
		expect(groups.map(({ machine: id }: { machine: string }) => id)).toEqual(["inner.yml"]);
		expect(nodes.map(({ id }: { id: string }) => id)).toEqual([
			"start",
			"done",
			"start/inner/first",
			"start/inner/again",
			"start/inner/done",
		]);
		expect(nodes[3].lines).toEqual(["machine outer"]);
		expect(stdout).not.toContain(folder.path);
	});

	it("names children only, where it is told", async () => {
		await using folder = files(documents);
		for (const options of [["--no-children"], ["--depth", "0"]]) {
			const { stdout } = await flatstate(["graph", "machine.yml", "-f", "json", ...options], { cwd: folder.path });
			expect(JSON.parse(stdout).groups).toEqual([]);
		}
	});

	it("colours what `flatstate test --coverage` found", async () => {
		await using folder = files(documents);
		await flatstate(["test", "machine.yml", "--coverage", "report.json", "--allow-dead"], { cwd: folder.path });
		const args = ["graph", "machine.yml", "--coverage", "report.json", "-f", "svg"];
		const { code, stdout, stderr } = await flatstate(args, { cwd: folder.path });
		expect([code, stderr]).toEqual([0, ""]);
		expect(stdout).toContain('class="node initial covered"');
	});

	it("refuses a report of another machine, and what is no report", async () => {
		const report = { machines: [{ machine: "other.yml", name: "other", transitions: [], states: [] }] };
		await using folder = files({ ...documents, "report.json": JSON.stringify(report) });
		const other = await flatstate(["graph", "machine.yml", "--coverage", "report.json"], { cwd: folder.path });
		expect(other.code).toBe(2);
		expect(other.stderr).toContain("it has nothing about machine.yml, only about other.yml");
		const none = await flatstate(["graph", "machine.yml", "--coverage", "machine.yml"], { cwd: folder.path });
		expect(none.code).toBe(2);
		expect(none.stderr).toContain("Cannot use machine.yml for --coverage: It is no JSON");
	});

	it("says what to do where an ending says no format, and writes nothing", async () => {
		await using folder = files(documents);
		const { code, stderr } = await flatstate(["graph", "machine.yml", "-o", "machine.pdf"], { cwd: folder.path });
		expect(code).toBe(2);
		expect(stderr).toContain("The ending of machine.pdf says no format. Use .mmd,");
		expect(existsSync(join(folder.path, "machine.pdf"))).toBe(false);
	});
});
