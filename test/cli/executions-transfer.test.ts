import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { runCommand } from "../docs/run-block.ts";
import { flatstate } from "./built-command.ts";
import { type Files, files } from "./files.ts";
import { doneSteps, snapshotOf, storeExecutions } from "./stored-executions.ts";

const [, draft] = doneSteps;
if (draft === undefined) throw new Error("no such step");

interface Place extends AsyncDisposable {
	readonly folder: Files;
	readonly url: string;
	/** Runs `flatstate executions …` on the store. */
	run(args: string): ReturnType<typeof runCommand>;
	/** The path of a file of the folder. */
	file(name: string): string;
}

async function place(texts: Readonly<Record<string, string>> = {}): Promise<Place> {
	const folder = files(texts);
	const url = `file:${join(folder.path, "runs")}`;
	await storeExecutions(url, [{ id: "a", steps: doneSteps }]);
	return {
		folder,
		url,
		run: (args) => runCommand(`flatstate executions ${args} --store ${url}`),
		file: (name) => join(folder.path, name),
		[Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
	};
}

describe("flatstate executions export", () => {
	it("prints the stored MachineSnapshot", async () => {
		await using here = await place();
		const latest = doneSteps.at(-1);
		expect(JSON.parse((await here.run("export a")).stdout)).toEqual(latest && snapshotOf("a", latest));
		expect(JSON.parse((await here.run("export a --at 1")).stdout)).toEqual(snapshotOf("a", draft));
	});

	it("writes it to a file with --output", async () => {
		await using here = await place();
		const file = here.file("a.json");
		expect(await here.run(`export a --output ${file}`)).toEqual({ exitCode: 0, stdout: "", stderr: `Wrote ${file}\n` });
		expect(here.folder.read("a.json")).toBe((await here.run("export a")).stdout);
	});

	it("gives back the very text that is stored, also fields and numbers that flatstate does not know", async () => {
		await using here = await place();
		const text = '{"execution_id":"f", "current_state":"s","event":"execute","depth":12345678901234567890}';
		{
			await using store = await openStore(here.url);
			await store.persistence.save("f/step_000001_execute.json", Buffer.from(text));
			await store.persistence.save("f/latest", Buffer.from("f/step_000001_execute.json"));
		}
		expect((await here.run("export f")).stdout).toBe(`${text}\n`);
	});

	it.each([
		["export nobody", "There is no execution nobody in "],
		["export a --at 7", "Execution a has no checkpoint of step 7"],
		[
			"export a --output nowhere/at-all/a.json",
			"Cannot write nowhere/at-all/a.json: there is no folder nowhere/at-all.",
		],
	])("refuses `%s`", async (args, message) => {
		await using here = await place();
		const ended = await here.run(args);
		expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
		expect(ended.stderr).toContain(message);
	});
});

describe("flatstate executions import", () => {
	it("stores a snapshot under its own id and prints the id", async () => {
		await using here = await place({ "b.json": JSON.stringify(snapshotOf("b", draft)) });
		expect(await here.run(`import ${here.file("b.json")}`)).toEqual({ exitCode: 0, stdout: "b\n", stderr: "" });
		expect(JSON.parse((await here.run("export b")).stdout)).toEqual(snapshotOf("b", draft));
		await using store = await openStore(here.url);
		expect(await store.persistence.loadExecution("b")).toMatchObject({
			origin: null,
			latestKey: "b/step_000001_state_exit.json",
			summary: { status: "active", current_state: "draft", total_cost: 0.001 },
		});
	});

	it("stores it under another id with --id, in the context too", async () => {
		await using here = await place({ "b.json": JSON.stringify(snapshotOf("b", draft)) });
		expect((await here.run(`import ${here.file("b.json")} --id c`)).stdout).toBe("c\n");
		const { context, ...rest } = snapshotOf("b", draft);
		expect(JSON.parse((await here.run("export c")).stdout)).toEqual({
			...rest,
			execution_id: "c",
			context: { ...context, machine: { execution_id: "c", step: 1 } },
		});
	});

	it("makes a store that is not there yet", async () => {
		await using here = await place({ "b.json": JSON.stringify(snapshotOf("b", draft)) });
		const url = `file:${here.file("fresh/store")}`;
		expect((await runCommand(`flatstate executions import ${here.file("b.json")} --store ${url}`)).stdout).toBe("b\n");
		expect((await runCommand(`flatstate executions list --store ${url}`)).stdout).toMatch(/^b\twriter\t/);
	});

	it("fills in what snapshots of other releases lack", async () => {
		await using here = await place({ "b.json": '{"execution_id": "b", "current_state": "start", "depth": 1}' });
		await here.run(`import ${here.file("b.json")}`);
		const stored: unknown = JSON.parse((await here.run("export b")).stdout);
		expect(stored).toEqual({
			...snapshotOf("b", { step: 0, state: "start", event: "machine_start", at: 0 }),
			machine_name: "",
			spec_version: "",
			context: {},
			created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/),
		});
	});

	it("replaces an execution only with --force, and then wholly", async () => {
		await using here = await place({ "a.json": JSON.stringify(snapshotOf("a", draft)) });
		const refused = await here.run(`import ${here.file("a.json")}`);
		expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
		expect(refused.stderr).toMatch(
			/^error: There is an execution a in .* already\. Give the new one another id with --id, or replace it with --force\.\n$/,
		);
		expect(JSON.parse((await here.run("export a")).stdout)).toMatchObject({ step: 3 });
		expect((await here.run(`import ${here.file("a.json")} --force`)).exitCode).toBe(0);
		await using store = await openStore(here.url);
		expect(await store.persistence.listCheckpoints("a")).toEqual(["a/step_000001_state_exit.json"]);
	});

	it("does not replace an execution that somebody runs", async () => {
		await using here = await place({ "a.json": JSON.stringify(snapshotOf("a", draft)) });
		await using store = await openStore(here.url);
		await store.lock?.acquire("a");
		const ended = await here.run(`import ${here.file("a.json")} --force`);
		expect(ended.exitCode).toBe(1);
		expect(ended.stderr).toContain("Execution a is being run by process ");
	});

	it.each([
		["", "cannot be read: it is empty. A MachineSnapshot as `export` writes it is expected."],
		["[1]", "cannot be read: it is no mapping."],
		['{"execution_id": "b"', "cannot be read: it is no JSON."],
		['{"execution_id": "b"}', "cannot be read: `current_state` is no text."],
		['{"execution_id": "b", "current_state": "s", "event": "x\\u001b"}', 'its event "x\\u001b" is not known'],
		['{"execution_id": "../b", "current_state": "s"}', "Invalid checkpoint key"],
		['{"execution_id": "_configs", "current_state": "s"}', "An execution's id must not start with"],
	])("refuses the file %j", async (text, message) => {
		await using here = await place({ "b.json": text });
		const ended = await here.run(`import ${here.file("b.json")}`);
		expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
		expect(ended.stderr).toContain(message);
	});

	it("refuses a file that is nested too deep", async () => {
		const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
		const text = `{"execution_id": "b", "current_state": "s", "context": {"deep": ${deep}}}`;
		await using here = await place({ "b.json": text });
		const ended = await here.run(`import ${here.file("b.json")}`);
		expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
		expect(ended.stderr).toContain("cannot be read: it is nested too deep.");
	});

	it("refuses a file that is not there", async () => {
		await using here = await place();
		expect((await here.run("import nowhere.json")).stderr).toBe(
			"error: Cannot read nowhere.json: there is no such file.\n",
		);
	});
});

describe("the built command", () => {
	it("passes an execution from one store to another through a pipe", async () => {
		await using here = await place();
		const exported = await flatstate(["executions", "export", "a", "--store", here.url]);
		expect(exported).toMatchObject({ code: 0, stderr: "" });
		const env = { FLATSTATE_STORE: `file:${here.file("other")}` };
		const imported = await flatstate(["executions", "import", "-", "--id", "b"], { env, stdin: exported.stdout });
		expect(imported).toEqual({ code: 0, stdout: "b\n", stderr: "" });
		const { stdout } = await flatstate(["executions", "list"], { env });
		expect(stdout).toBe("b\twriter\tdone\tend\t3\t2\t0.0012\t2026-03-01T12:00:01.860000+00:00\n");
	});

	it("prints its commands and exits with 2 where none is named", async () => {
		const { code, stderr } = await flatstate(["executions"]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/^Usage: flatstate executions/);
		expect(stderr).toContain("FLATSTATE_STORE");
	});

	it("exits with 2 for an unknown command", async () => {
		const { code, stderr } = await flatstate(["executions", "lst"]);
		expect(code).toBe(2);
		expect(stderr).toContain("Did you mean list?");
	});
});
