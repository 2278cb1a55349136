/** Where a machine's executions are kept: what its document asks for, in every form (spec section 13.1). */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FlatMachine } from "../../src/flat-machine.ts";
import { openMachineStore, storeAddressOf } from "../../src/machine-store.ts";
import { documentOf } from "../runtime/flat.ts";

const home = process.cwd();
let folder = "";

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "choice-"));
	process.chdir(folder);
});

afterEach(() => {
	process.chdir(home);
	rmSync(folder, { recursive: true });
});

function machineWith(lines: string): FlatMachine {
	return new FlatMachine({
		config: documentOf(
			`${lines}
states:
  ask: { type: initial, wait_for: c, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`,
		),
	});
}

const variables = { FLATMACHINES_DB_PATH: "env.db", REDIS_URL: "redis://h/1", POSTGRES_URL: "postgres://h/d" };

describe("the place that a document asks for", () => {
	it.each([
		["", undefined],
		["persistence: {}", undefined],
		["persistence: { enabled: true }", undefined],
		["persistence: { backend: memory }", undefined],
		["persistence: { enabled: false, backend: sqlite }", undefined],
		["persistence: { backend: local }", "file:.checkpoints"],
		["persistence: { backend: sqlite }", "sqlite:env.db"],
		["persistence: { backend: sqlite, db_path: my.db }", "sqlite:my.db"],
		["persistence: { backend: redis }", "redis://h/1"],
		["persistence: { backend: postgres }", "postgres://h/d"],
		["settings: { backends: { persistence: local } }", "file:.checkpoints"],
		["settings: { backends: { persistence: sqlite, sqlite_path: s.db } }", "sqlite:s.db"],
		["settings: { backends: { persistence: local } }\npersistence: { backend: sqlite, db_path: p.db }", "sqlite:p.db"],
		["settings: { backends: { persistence: local } }\npersistence: { enabled: false }", undefined],
	])("with `%s` is %s", (lines, address) => {
		expect(storeAddressOf(machineWith(lines).plan, variables)).toBe(address);
	});

	it("without the variable is a file in the working folder, and an error where only it could say", () => {
		expect(storeAddressOf(machineWith("persistence: { backend: sqlite }").plan, {})).toBe("sqlite:flatmachines.sqlite");
		expect(() => storeAddressOf(machineWith("persistence: { backend: redis }").plan, {})).toThrow(
			/REDIS_URL, which is not set/,
		);
		expect(() => storeAddressOf(machineWith("persistence: { backend: postgres }").plan, {})).toThrow(/POSTGRES_URL/);
	});

	it("that nobody knows is refused when the run begins", async () => {
		const machine = machineWith("persistence: { backend: firestore }");
		expect(machine.diagnostics.map(({ code }) => code)).toContain("FS4113");
		await expect(machine.run()).rejects.toMatchObject({
			code: "invalid_store_url",
			message: expect.stringContaining("`firestore`"),
		});
	});
});

describe("a machine that waits, by where it is kept", () => {
	it.each([
		["persistence: { backend: local }", ".checkpoints"],
		["persistence: { backend: sqlite, db_path: runs.db }", "runs.db"],
	])("with `%s` is resumed by another machine object", async (lines, path) => {
		const first = machineWith(lines);
		expect(await first.run({}, { executionId: "x" })).toMatchObject({ status: "waiting" });
		await first.close();
		expect(existsSync(join(folder, path))).toBe(true);
		const second = machineWith(lines);
		await (await second.store())?.signals.send("c", { n: 3 });
		expect(await second.resume("x")).toMatchObject({ status: "done", output: { got: 3 } });
		await second.close();
	});

	it.each(["", "persistence: { enabled: false, backend: sqlite }", "persistence: { backend: memory }"])(
		"with `%s` is resumed by the same machine object only, and leaves no file",
		async (lines) => {
			const first = machineWith(lines);
			expect(await first.run({}, { executionId: "x" })).toMatchObject({ status: "waiting" });
			await expect(machineWith(lines).resume("x")).rejects.toMatchObject({ code: "unknown_execution" });
			await (await first.store())?.signals.send("c", { n: 3 });
			expect(await first.resume("x")).toMatchObject({ status: "done", output: { got: 3 } });
			expect(existsSync(join(folder, "flatmachines.sqlite"))).toBe(false);
			await first.close();
		},
	);

	it("without a store at all can not be resumed, and says why", async () => {
		const machine = new FlatMachine({
			config: documentOf("states: { a: { type: initial, wait_for: c, transitions: [{ to: b }] }, b: { type: final } }"),
			store: null,
		});
		expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "waiting" });
		await expect(machine.resume("x")).rejects.toThrow("`store: null`");
	});
});

describe("settings.backends.locking", () => {
	it("`none` writes without a lease; everything else locks", async () => {
		for (const [locking, isLocked] of [
			["none", false],
			["local", true],
		] as const) {
			const { plan } = machineWith(`settings: { backends: { persistence: local, locking: ${locking} } }`);
			const durable = await openMachineStore(plan, undefined, () => 0, {});
			expect(durable?.store.lock !== null).toBe(isLocked);
			await durable?.store.close();
		}
	});
});

describe("persistence: null", () => {
	it("is as if it were not there", async () => {
		const machine = machineWith("persistence:");
		expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "waiting" });
	});
});
