/** Names and links that lead out of the folder, and disks that refuse. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileStore } from "../../adapters/stores/files/index.ts";
import { StoreError } from "../../runtime/store/errors.ts";
import { bytesOf, commit, commitOf, keyOf, snapshotOf } from "./contract/samples.ts";
import { folders, type OperationName, observed } from "./files-samples.ts";

const makeFolder = folders();
let outside = "";
beforeEach(async () => {
	outside = await mkdtemp(join(tmpdir(), "flatstate-outside-"));
	await writeFile(join(outside, "secret"), "secret");
});
afterEach(() => rm(outside, { recursive: true, force: true }));

describe("names", () => {
	it.each(["..", ".", "/etc", "a/b", "a\0b", "a\\b", ".locks", "_configs", "é".repeat(200), ""])(
		"refuses to write an execution called %j, and finds none",
		async (id) => {
			const { dir, open } = await makeFolder();
			const { persistence } = await open();
			const invalid = { code: "invalid_checkpoint_key" };
			await expect(commit(persistence, [commitOf({ id })])).rejects.toMatchObject(invalid);
			await expect(persistence.save(`${id}/step_000001_execute.json`, bytesOf("{}"))).rejects.toMatchObject(invalid);
			expect(await persistence.loadExecution(id)).toBeNull();
			expect(await persistence.listCheckpoints(id)).toEqual([]);
			expect(await persistence.loadLog(id, 0)).toEqual([]);
			await persistence.deleteExecution(id);
			expect((await readdir(dir)).filter((name) => !name.startsWith("."))).toEqual([]);
		},
	);

	it.each(["a/.flatstate.log", "a/.flatstate.origin.json", "a/.hidden"])("keeps %s to itself", async (key) => {
		const { open } = await makeFolder();
		const { persistence } = await open();
		await commit(persistence, [commitOf({ id: "a" }, { origin: "{}" })]);
		const invalid = { code: "invalid_checkpoint_key" };
		for (const call of [persistence.save(key, bytesOf("")), persistence.load(key), persistence.delete(key)]) {
			await expect(call).rejects.toMatchObject(invalid);
		}
		await expect(persistence.loadCheckpoint(key)).rejects.toMatchObject(invalid);
	});

	it("refuses a checkpoint's key of another execution", async () => {
		const { open } = await makeFolder();
		const { persistence } = await open();
		const { checkpoint: _, ...rest } = commitOf({ id: "a" });
		for (const key of ["b/step_000001_execute.json", "a/latest", "a/.x"]) {
			const written = { ...rest, checkpoint: { key, text: "{}", progress: "" } };
			await expect(commit(persistence, [written])).rejects.toMatchObject({ code: "invalid_checkpoint_key" });
		}
		expect(await persistence.listExecutionIds()).toEqual([]);
	});

	it("takes channels, addressees, keys and addresses of any length and form", async () => {
		const { dir, open } = await makeFolder();
		const { persistence, signals, lock, results } = await open();
		const long = "x/../".repeat(300);
		const other = `${long}y`;
		for (const channel of [long, other, "..", "/", ".", ".incoming", "a\0b", "%2E", "%h1"]) {
			await commit(persistence, [commitOf({ id: "a", event: "waiting", channel })]);
			expect(await persistence.listExecutionIds({ waitingChannel: channel })).toEqual(["a"]);
			await signals.send(channel, channel, { executionId: long });
			expect(await signals.addressees(channel)).toEqual([long]);
			expect(await signals.peek(channel)).toMatchObject([{ channel, execution_id: long }]);
			expect(await lock?.acquire(channel)).not.toBeNull();
			expect(await lock?.acquire(channel)).toBeNull();
		}
		expect(await signals.channels()).toHaveLength(9);
		await results.write(`flatagents://${"i".repeat(900)}/${"p".repeat(900)}`, 1);
		expect(await results.read(`flatagents://${"i".repeat(900)}/${"p".repeat(900)}`)).toBe(1);
		expect((await readdir(dir)).filter((name) => !name.startsWith("."))).toEqual(["a"]);
	});
});

describe("symbolic links", () => {
	it("are followed neither as the folder of an execution nor as its files", async () => {
		const { dir, open } = await makeFolder();
		await writeFile(join(outside, "latest"), keyOf({ id: "link" }));
		await writeFile(join(outside, "step_000001_execute.json"), JSON.stringify(snapshotOf({ id: "link" })));
		await symlink(outside, join(dir, "link"));
		const { persistence } = await open();
		const refused = { code: expect.stringMatching(/^store_(read|write)_failed$/) };
		expect(await persistence.listExecutionIds()).toEqual([]);
		await expect(persistence.loadExecution("link")).rejects.toMatchObject(refused);
		await expect(persistence.load(keyOf({ id: "link" }))).rejects.toMatchObject(refused);
		await expect(commit(persistence, [commitOf({ id: "link" })])).rejects.toBeInstanceOf(StoreError);
		await commit(persistence, [commitOf({ id: "a" })]);
		await symlink(join(outside, "secret"), join(dir, "a/step_000002_execute.json"));
		await expect(persistence.load("a/step_000002_execute.json")).rejects.toMatchObject(refused);
		await commit(persistence, [commitOf({ id: "a", step: 2 })]);
		await mkdir(join(dir, "b"));
		await symlink(join(outside, "secret"), join(dir, "b/.flatstate.log"));
		await expect(commit(persistence, [commitOf({ id: "b" })])).rejects.toMatchObject(refused);
		expect(await persistence.listExecutionIds()).toEqual(["a"]);
		await persistence.deleteExecution("a");
		expect(await readFile(join(outside, "secret"), "utf8")).toBe("secret");
		expect((await readdir(outside)).sort()).toEqual(["latest", "secret", "step_000001_execute.json"]);
	});

	it.each([".locks", ".index", ".signals", ".results", ".tmp", "_configs"])("are refused as %s", async (name) => {
		const { dir, open } = await makeFolder();
		await symlink(outside, join(dir, name));
		await expect(open()).rejects.toMatchObject({ code: "store_unreachable" });
	});

	it("may be the folder itself", async () => {
		const { dir, open } = await makeFolder();
		await commit((await open()).persistence, [commitOf({ id: "a" })]);
		await symlink(dir, join(outside, "store"));
		await using store = await openFileStore(join(outside, "store"));
		expect(await store.persistence.listExecutionIds()).toEqual(["a"]);
	});
});

describe("a disk that refuses", () => {
	const names: readonly OperationName[] = ["open", "write", "sync", "syncData", "rename", "setTime"];

	it.each(["ENOSPC", "EROFS", "EACCES", "EIO"])(
		"with %s leaves the old state and says so, at every call",
		async (code) => {
			for (let at = 0; ; at++) {
				const { open } = await makeFolder();
				let calls = Number.MIN_SAFE_INTEGER;
				const store = await open(
					{},
					observed({
						before(name) {
							if (names.includes(name) && calls++ === at) throw Object.assign(new Error("refused"), { code });
						},
					}),
				);
				const { persistence } = store;
				const first = commitOf({ id: "a" }, { log: [{ step: 1, text: "1" }] });
				await commit(persistence, [first]);
				calls = 0;
				const next = commitOf({ id: "a", step: 2 }, { log: [{ step: 2, text: "2" }], progress: '"p"' });
				const failure = await commit(persistence, [next]).then(
					() => undefined,
					(error: unknown) => error,
				);
				const isDone = calls <= at;
				calls = Number.MIN_SAFE_INTEGER;
				if (isDone) {
					expect(failure).toBeUndefined();
					expect(at).toBeGreaterThan(8);
					return;
				}
				expect(failure).toMatchObject({ code: "store_write_failed", cause: { code } });
				expect(String(failure)).not.toContain("refused");
				expect((await persistence.loadExecution("a"))?.summary).toEqual(first.summary);
				expect((await persistence.loadExecution("a"))?.latestKey).toBe(keyOf({ id: "a" }));
				await commit(persistence, [next]);
				expect((await persistence.loadCheckpoint(keyOf({ id: "a", step: 2 })))?.progress).toBe('"p"');
				expect((await persistence.loadLog("a", 0)).filter(({ step }) => step === 1)).toHaveLength(1);
			}
		},
	);

	it.each([
		["EACCES", "permission is denied. Give this user the right to write there, or choose another folder."],
		["EROFS", "the file system is mounted read-only. Mount it for writing, or choose another folder."],
	])("with %s when it is opened says what to do, whichever call it refuses", async (code, text) => {
		for (const name of ["makeDirectory", "stat", "list"] as const) {
			const { dir, open } = await makeFolder();
			const refusing = observed({
				before(called) {
					if (called === name) throw Object.assign(new Error("refused"), { code });
				},
			});
			await expect(open({}, refusing)).rejects.toMatchObject({
				code: "store_unreachable",
				message: `Cannot open the store in ${dir}: ${text}`,
			});
		}
	});

	// There even root makes no folders. Node's recursive `mkdir` says of such places that something is missing, or hangs.
	it.runIf(existsSync("/sys/kernel"))("says that permission is denied where folders are missing, too", async () => {
		await expect(openFileStore("/sys/flatstate/store")).rejects.toMatchObject({
			code: "store_unreachable",
			message: expect.stringMatching(/permission is denied|read-only/),
		});
	});

	it("says so where a file stands in its place, or on the way", async () => {
		const { dir } = await makeFolder();
		await writeFile(join(dir, "file"), "");
		for (const path of ["file", "file/store", "file/a/store"]) {
			await expect(openFileStore(join(dir, path))).rejects.toMatchObject({
				code: "store_unreachable",
				message: expect.stringContaining("a file stands where"),
			});
		}
	});

	it("makes the folders above it", async () => {
		const { dir } = await makeFolder();
		await using store = await openFileStore(join(dir, "a/b/c"));
		expect(store.name).toBe(`file:${join(dir, "a/b/c")}`);
	});

	it("says what to do about a full disk", async () => {
		const { open } = await makeFolder();
		const full = Object.assign(new Error("full"), { code: "ENOSPC" });
		let isFull = false;
		const store = await open(
			{},
			observed({
				before(name) {
					if (isFull && name === "write") throw full;
				},
			}),
		);
		isFull = true;
		await expect(commit(store.persistence, [commitOf({ id: "a" })])).rejects.toThrow(/disk is full. Free some space/);
		isFull = false;
	});
});
