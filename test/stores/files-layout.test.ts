/** What is in the folder, byte for byte, and folders that something else laid out (spec section 13.4). */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configHash } from "../../runtime/store/config-store.ts";
import { lockOf } from "./contract/opener.ts";
import { commit, commitOf, snapshotOf } from "./contract/samples.ts";
import { folders } from "./files-samples.ts";

const makeFolder = folders();

/** Paths of files, without those whose path has a name that starts with a dot. */
async function visibleFiles(dir: string): Promise<string[]> {
	const entries = await readdir(dir, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
		.filter((path) => !path.split("/").some((name) => name.startsWith(".")))
		.sort();
}

describe("the folder of a store", () => {
	it.each([true, false])(
		"has what the specification has, and nothing else that does not start with a dot",
		async (leased) => {
			const { dir, open } = await makeFolder();
			const store = await open();
			const lease = leased ? await lockOf(store).acquire("run-1") : null;
			const first = commitOf({ id: "run-1", step: 0, event: "machine_start" }, { origin: "{}", result: "1" });
			const second = commitOf({ id: "run-1", step: 3, event: "execute" }, { log: [{ step: 3, text: "{}" }] });
			await commit(store.persistence, [first], lease);
			await commit(store.persistence, [second], lease);
			await store.signals.send("go", 1);
			await store.results.write("flatagents://run-1/other", 1);
			await store.persistence.listExecutionIds({ status: "active" });
			const hash = await store.configs.put("data: {}\n");
			await store.close();
			expect(await visibleFiles(dir)).toEqual([
				`_configs/${hash}.yml`,
				"run-1/latest",
				"run-1/step_000000_machine_start.json",
				"run-1/step_000003_execute.json",
			]);
			expect(await readFile(join(dir, "run-1/latest"), "utf8")).toBe("run-1/step_000003_execute.json");
			expect(await readFile(join(dir, "run-1/step_000003_execute.json"), "utf8")).toBe(second.checkpoint?.text);
			expect(await readFile(join(dir, `_configs/${hash}.yml`), "utf8")).toBe("data: {}\n");
			expect(hash).toBe(configHash("data: {}\n"));
			expect((await readdir(dir)).filter((name) => !name.startsWith(".")).sort()).toEqual(["_configs", "run-1"]);
		},
	);
});

describe("a folder that something else laid out", () => {
	async function layOut(dir: string, id: string, name: string, snapshot: unknown): Promise<void> {
		await mkdir(join(dir, id), { recursive: true });
		await writeFile(join(dir, id, name), typeof snapshot === "string" ? snapshot : JSON.stringify(snapshot));
		await writeFile(join(dir, id, "latest"), `${id}/${name}`);
	}

	it("is found by every filter, whatever version wrote it", async () => {
		const { dir, open } = await makeFolder();
		const nulls = { waiting_channel: null, parent_execution_id: null, pending_launches: null, config_hash: null };
		await layOut(dir, "begun", "step_000000_machine_start.json", {
			...{ ...snapshotOf({ id: "begun", event: "machine_start", step: 0 }), ...nulls },
		});
		await layOut(dir, "old", "step_000002_execute.json", {
			execution_id: "old",
			machine_name: "m",
			spec_version: "0.4.0",
			current_state: "work",
			context: {},
			step: 2,
			created_at: "2020-01-01T00:00:00+00:00",
		});
		await layOut(
			dir,
			"parked",
			"step_000003_waiting.json",
			snapshotOf({ id: "parked", event: "waiting", channel: "go", parent: "begun", step: 3 }),
		);
		await layOut(dir, "broken", "step_000001_execute.json", '{"execution_id": "bro');
		await mkdir(join(dir, "_configs"));
		await mkdir(join(dir, "empty"));
		await writeFile(join(dir, "a-file"), "");
		const { persistence } = await open();
		expect(await persistence.listExecutionIds()).toEqual(["begun", "broken", "old", "parked"]);
		const start = (await persistence.loadExecution("begun"))?.summary;
		expect(start).toMatchObject({ current_state: "start", event: "machine_start", status: "active" });
		for (const [filter, ids] of [
			[{ event: "machine_start" }, ["begun"]],
			[{ waitingChannel: "go" }, ["parked"]],
			[{ parentExecutionId: "begun" }, ["parked"]],
			[{ rootExecutionId: "old" }, ["old"]],
			[{ status: "waiting" }, ["parked"]],
			[{ updatedBefore: Date.parse("2021-01-01") }, ["old"]],
		] as const) {
			expect(await persistence.listExecutionIds(filter)).toEqual(ids);
		}
		expect(await persistence.loadCheckpoint("broken/step_000001_execute.json")).toEqual({
			text: '{"execution_id": "bro',
			progress: null,
		});
	});

	it("is noticed while the store is open, and so is what changes in it", async () => {
		const { dir, open } = await makeFolder();
		const { persistence } = await open();
		await commit(persistence, [commitOf({ id: "own" })]);
		expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual([]);
		const waiting = snapshotOf({ id: "late", event: "waiting", channel: "go" });
		await layOut(dir, "late", "step_000001_waiting.json", waiting);
		expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual(["late"]);
		await layOut(dir, "late", "step_000002_execute.json", snapshotOf({ id: "late", step: 2 }));
		expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual([]);
		expect(await persistence.listExecutionIds({ event: "execute" })).toEqual(["late", "own"]);
		await rm(join(dir, "late"), { recursive: true });
		expect(await persistence.listExecutionIds()).toEqual(["own"]);
	});

	it("goes on here, and an execution of ours goes on there", async () => {
		const { dir, open } = await makeFolder();
		const { persistence } = await open();
		await layOut(dir, "theirs", "step_000001_execute.json", snapshotOf({ id: "theirs" }));
		await commit(persistence, [commitOf({ id: "theirs", step: 2, event: "waiting", channel: "go" }, { origin: "{}" })]);
		expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual(["theirs"]);
		expect(await persistence.listCheckpoints("theirs")).toHaveLength(2);
		await layOut(dir, "theirs", "step_000003_execute.json", snapshotOf({ id: "theirs", step: 3 }));
		const found = await persistence.loadExecution("theirs");
		expect(found).toMatchObject({ latestKey: "theirs/step_000003_execute.json", origin: "{}", summary: { step: 3 } });
		expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual([]);
	});

	it("takes the newest checkpoint where `latest` was cut off or names nothing", async () => {
		const { dir, open } = await makeFolder();
		const { persistence } = await open();
		await commit(persistence, [commitOf({ id: "a", step: 1 })]);
		await commit(persistence, [commitOf({ id: "a", step: 2 })]);
		for (const broken of ["", "a/step_0000", "b/step_000001_execute.json", "../x/y", "a/../../etc/passwd"]) {
			await writeFile(join(dir, "a/latest"), broken);
			expect((await persistence.loadExecution("a"))?.latestKey).toBe("a/step_000002_execute.json");
		}
	});
});

describe("the index", () => {
	it("is made anew where it was removed", async () => {
		const { dir, open } = await makeFolder();
		const store = await open();
		await commit(store.persistence, [commitOf({ id: "a", event: "waiting", channel: "go" })]);
		await store.close();
		await rm(join(dir, ".index"), { recursive: true });
		const again = await open();
		expect(await again.persistence.listExecutionIds({ waitingChannel: "go" })).toEqual(["a"]);
	});

	it("gives the row of an execution whose log was lost from its latest snapshot", async () => {
		const { dir, open } = await makeFolder();
		const { persistence } = await open();
		await commit(persistence, [commitOf({ id: "a", event: "waiting", channel: "go" }, { progress: "1" })]);
		await writeFile(join(dir, "a/.flatstate.log"), "not a line\n{}\nnull\n[1]\n");
		expect((await persistence.loadExecution("a"))?.summary).toMatchObject({ status: "waiting", waiting_channel: "go" });
		expect((await persistence.loadCheckpoint("a/step_000001_waiting.json"))?.progress).toBeNull();
		await commit(persistence, [commitOf({ id: "a", step: 2 }, { log: [{ step: 2, text: "2" }] })]);
		expect(await persistence.loadLog("a", 0)).toEqual([{ step: 2, text: "2" }]);
	});
});
