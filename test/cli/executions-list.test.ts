import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDriver } from "../../adapters/stores/postgres/driver.ts";
import { executionPages } from "../../src/cli/executions-list.ts";
import { mendable } from "../../src/cli/executions-store.ts";
import { openStore } from "../../src/open-store.ts";
import { runCommand } from "../docs/run-block.ts";
import { type Files, files } from "./files.ts";
import { doneSteps, type ExecutionToStore, storeExecutions } from "./stored-executions.ts";

const waiting: ExecutionToStore = {
	id: "b-waiting",
	steps: [{ step: 4, state: "ask", event: "waiting", at: 2000, snapshot: { waiting_channel: "office" } }],
};
const failed: ExecutionToStore = {
	id: "c-failed",
	steps: [{ step: 2, state: "draft", event: "execute", at: 3000, snapshot: { parent_execution_id: "a-done" } }],
	summary: { status: "failed", error: { name: "ValueError", message: "no" } },
};

/** A folder whose store has three executions, and the option that names the store. */
async function folderWithStore(): Promise<{ readonly folder: Files; readonly store: string }> {
	const folder = files({});
	const url = `file:${join(folder.path, "runs")}`;
	await storeExecutions(url, [{ id: "a-done", steps: doneSteps }, waiting, failed]);
	return { folder, store: `--store ${url}` };
}

describe("flatstate executions list", () => {
	it("prints lines with tabs into a pipe, in the order of ids, and nothing else", async () => {
		const { folder, store } = await folderWithStore();
		await using _ = folder;
		expect(await runCommand(`flatstate executions list ${store}`)).toEqual({
			exitCode: 0,
			stdout:
				"a-done\twriter\tdone\tend\t3\t2\t0.0012\t2026-03-01T12:00:01.860000+00:00\n" +
				"b-waiting\twriter\twaiting\task\t4\t0\t0\t2026-03-01T12:00:02.000000+00:00\n" +
				"c-failed\twriter\tfailed\tdraft\t2\t0\t0\t2026-03-01T12:00:03.000000+00:00\n",
			stderr: "",
		});
	});

	it("prints costs as people add them", async () => {
		await using folder = files({});
		const url = `sqlite:${folder.path}/store.db`;
		const step = { step: 1, state: "s", event: "execute", at: 0, cost: 0.1 + 0.2 } as const;
		await storeExecutions(url, [{ id: "a", steps: [step] }]);
		expect((await runCommand(`flatstate executions list --store ${url}`)).stdout).toContain("\t0.3\t");
	});

	it("prints a JSON array of all that the store knows with --json", async () => {
		const { folder, store } = await folderWithStore();
		await using _ = folder;
		const { stdout } = await runCommand(`flatstate executions list ${store} --json --status failed`);
		expect(JSON.parse(stdout)).toEqual([
			{
				execution_id: "c-failed",
				root_execution_id: "c-failed",
				parent_execution_id: "a-done",
				machine_name: "writer",
				status: "failed",
				event: "execute",
				current_state: "draft",
				step: 2,
				waiting_channel: null,
				wake_at: null,
				total_api_calls: 0,
				total_cost: 0,
				error: { name: "ValueError", message: "no" },
				created_at: "2026-03-01T12:00:00.000000+00:00",
				updated_at: "2026-03-01T12:00:03.000000+00:00",
			},
		]);
	});

	it.each([
		["--status done", ["a-done"]],
		["--waiting office", ["b-waiting"]],
		["--event execute", ["c-failed"]],
		["--parent a-done", ["c-failed"]],
		["--older-than 1d", ["a-done", "b-waiting", "c-failed"]],
		["--older-than 99999w", []],
		["--limit 2", ["a-done", "b-waiting"]],
		["--limit 2 --after a-done", ["b-waiting", "c-failed"]],
		["--status failed --event waiting", []],
	])("filters with %s", async (options, ids) => {
		const { folder, store } = await folderWithStore();
		await using _ = folder;
		const { stdout, exitCode } = await runCommand(`flatstate executions list ${store} ${options} --json`);
		expect(exitCode).toBe(0);
		const rows: { execution_id: string }[] = JSON.parse(stdout);
		expect(rows.map((row) => row.execution_id)).toEqual(ids);
	});

	it("leaves out the children that a parent waits for, unless --all, --parent or --waiting asks for them", async () => {
		const folder = files({});
		await using _ = folder;
		const url = `file:${join(folder.path, "runs")}`;
		const child = (id: string): ExecutionToStore => ({
			id,
			steps: [{ step: 1, state: "work", event: "execute", at: 1, snapshot: { parent_execution_id: "b-waiting" } }],
			summary: { root_execution_id: "b-waiting", waiting_channel: id },
		});
		await storeExecutions(url, [child("a-0"), child("a-1"), waiting, failed]);
		const ids = async (options: string): Promise<string[]> => {
			const { stdout } = await runCommand(`flatstate executions list --store ${url} --json ${options}`);
			const rows: { execution_id: string }[] = JSON.parse(stdout);
			return rows.map((row) => row.execution_id);
		};
		expect(await ids("")).toEqual(["b-waiting", "c-failed"]);
		expect(await ids("--limit 1")).toEqual(["b-waiting"]);
		expect(await ids("--event execute")).toEqual(["c-failed"]);
		expect(await ids("--all")).toEqual(["a-0", "a-1", "b-waiting", "c-failed"]);
		expect(await ids("--all --event execute")).toEqual(["a-0", "a-1", "c-failed"]);
		expect(await ids("--parent b-waiting")).toEqual(["a-0", "a-1"]);
		expect(await ids("--waiting a-1")).toEqual(["a-1"]);
	});

	it("says on stderr that there are none, and prints an empty array with --json", async () => {
		const { folder, store } = await folderWithStore();
		await using _ = folder;
		const plain = await runCommand(`flatstate executions list ${store} --parent nobody`);
		expect(plain).toMatchObject({ exitCode: 0, stdout: "" });
		expect(plain.stderr).toMatch(/^No executions like that in .*runs.*\.\n$/);
		expect(await runCommand(`flatstate executions list ${store} --parent nobody --json`)).toEqual({
			exitCode: 0,
			stdout: "[]\n",
			stderr: "",
		});
	});

	it.each([
		["--status open", "Allowed choices are active, waiting, stopped, failed, done."],
		["--event end", "Allowed choices are machine_start,"],
		["--older-than 7", "Expected a duration such as 30s, 15m, 12h, 7d, 2w or 1d12h. It lacks the unit."],
		["--limit 0", "Expected a whole number from 1 up."],
	])("refuses %s", async (options, message) => {
		const ended = await runCommand(`flatstate executions list --store memory: ${options}`);
		expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
		expect(ended.stderr).toContain(message);
		expect(ended.stderr).toContain("Run `flatstate executions list --help`");
	});

	it("reads large stores page by page", async () => {
		await using store = await openStore("memory:");
		const asked: (number | undefined)[] = [];
		const ids = Array.from({ length: 1200 }, (_unused, index) => `e${String(index).padStart(5, "0")}`);
		for (const id of ids) {
			await store.persistence.save(`${id}/latest`, Buffer.from(`${id}/step_000001_execute.json`));
			await store.persistence.save(`${id}/step_000001_execute.json`, snapshotBytes(id));
		}
		const persistence = new Proxy(store.persistence, {
			get: (target, name) => {
				if (name !== "listExecutions") return Reflect.get(target, name);
				return (filter: { readonly limit?: number }) => {
					asked.push(filter.limit);
					return target.listExecutions(filter);
				};
			},
		});
		const listed: string[] = [];
		for await (const page of executionPages(persistence, {}, 1100)) {
			listed.push(...page.map(({ execution_id }) => execution_id));
		}
		expect(listed).toEqual(ids.slice(0, 1100));
		expect(asked).toEqual([500, 500, 100]);
	});
});

function snapshotBytes(id: string): Buffer {
	return Buffer.from(JSON.stringify({ execution_id: id, current_state: "s", event: "execute" }));
}

describe("the store of a command", () => {
	it("is the one in FLATSTATE_STORE, unless --store names another", async () => {
		const { folder, store } = await folderWithStore();
		await using _ = folder;
		const before = process.env.FLATSTATE_STORE;
		try {
			process.env.FLATSTATE_STORE = store.slice("--store ".length);
			expect((await runCommand("flatstate executions list")).stdout).toContain("a-done");
			expect((await runCommand("flatstate executions list --store memory:")).stdout).toBe("");
		} finally {
			if (before === undefined) delete process.env.FLATSTATE_STORE;
			else process.env.FLATSTATE_STORE = before;
		}
	});

	it("names the command that installs its driver where that is missing", async () => {
		const opening = mendable(() => loadDriver({ pg: () => Promise.reject(new Error("Cannot find package 'pg'")) }));
		await expect(opening).rejects.toMatchObject({
			name: "UsageError",
			message: expect.stringContaining("Install them with `npm install keyv @keyv/postgres pg`."),
		});
	});

	it.each([
		[
			"",
			"error: No store is given. Name one with --store URL, or in the environment variable FLATSTATE_STORE: memory:,",
		],
		["--store sqlit:x", "error: Invalid address of a store: `sqlit:` is no kind of store; did you mean `sqlite:`?"],
		["--store file:nowhere/at-all", "error: There is no store at "],
		["--store sqlite:nowhere/at-all.db", "error: There is no store at "],
	])("has to be given and to be there: %j", async (options, message) => {
		const ended = await runCommand(`flatstate executions list ${options}`);
		expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
		expect(ended.stderr).toContain(message);
	});
});
