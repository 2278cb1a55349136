/** The example `listener`: its systemd units start what they say, and a dispatcher that is killed loses nothing. */
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";
import { openStore } from "../../src/open-store.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { main, root } from "../build-package.ts";
import { endOf, flatstate, startCommand } from "../cli/built-command.ts";

const folder = `${root}/examples/listener`;
const units = Object.fromEntries(readdirSync(`${folder}/systemd`).map((name) => [name, readUnit(name)]));
const binary = "/usr/local/bin/flatstate";

type Unit = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Sections with their settings; each may be given several times. */
function readUnit(name: string): Unit {
	const unit: Record<string, Record<string, string[]>> = {};
	let section: Record<string, string[]> | undefined;
	for (const line of readFileSync(`${folder}/systemd/${name}`, "utf8").split("\n")) {
		if (line === "" || line.startsWith("#")) continue;
		const [, title] = /^\[(\w+)\]$/.exec(line) ?? [];
		const [, key, value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
		if (title !== undefined) {
			section = {};
			unit[title] = section;
		} else if (section && key !== undefined) section[key] = [...(section[key] ?? []), value];
		else throw new Error(`${name}: ${line}`);
	}
	return unit;
}

/** The one value of a service's setting. */
function setting(unit: string, key: string, section = "Service"): string {
	const values = units[unit]?.[section]?.[key];
	if (values?.length !== 1 || values[0] === undefined) throw new Error(`${unit} has not one ${key}`);
	return values[0];
}

/** The command line and the environment of a service, in a folder that stands for `/var/lib` and `/run`. */
function commandOf(unit: string, place: string) {
	mkdirSync(`${place}/${setting(unit, "StateDirectory")}`);
	const moved = (text: string) => text.replace(/\/(?:var\/lib|run)\/[\w-]+/g, (path) => `${place}/${basename(path)}`);
	const [program, ...args] = moved(setting(unit, "ExecStart")).split(" ");
	if (program !== binary) throw new Error(`${unit} starts ${program}`);
	const [name = "", ...value] = moved(setting(unit, "Environment")).split("=");
	return { args, env: { [name]: value.join("=") }, store: value.join("=") };
}

async function park(house: string, store: string): Promise<void> {
	const args = ["run", `${folder}/config/doorbell.yml`, "--id", house, "--input", JSON.stringify({ house })];
	expect(await flatstate([...args, "--store", store])).toMatchObject({ code: 4 });
}

const ring = (house: string, store: string, ...args: string[]) =>
	flatstate(["signal", `doorbell/${house}`, "--data", '{"visitor": "a cat"}', "--store", store, ...args]);

describe("the units", () => {
	test("wake by the file: what the path unit watches is what the command line touches, and the service takes the signal", async () => {
		await using place = await temporaryFolder();
		await using model = await startMockModel({ script: { porter: "Come in." } });
		const { args, env, store } = commandOf("flatstate-once.service", place.path);
		await park("seven", store);
		const watched = setting("flatstate-once.path", "PathChanged", "Path");
		expect(readFileSync(`${folder}/README.md`, "utf8")).toContain(
			`--trigger file:${watched.replace(/\/trigger$/, "")}\n`,
		);
		const dir = `${place.path}/touched`;
		await ring("seven", store, "--trigger", `file:${dir}`);
		expect(readdirSync(dir)).toEqual([basename(watched)]);

		const using = { env: { ...env, MOCK_BASE_URL: model.url } };
		const { code, stdout } = await flatstate([...args, "--model", "mock/scripted"], using);
		expect({ code, report: JSON.parse(stdout) }).toEqual({
			code: 0,
			report: { resumed: { "doorbell/seven": ["seven"] }, timed_out: [], interrupted: [] },
		});
	});

	test("listen on the socket that the README names, until their signal for stopping", async () => {
		await using place = await temporaryFolder();
		const { args, env, store } = commandOf("flatstate-listen.service", place.path);
		await park("nine", store);
		const [, path = ""] = /--trigger socket:(\S+)/.exec(setting("flatstate-listen.service", "ExecStart")) ?? [];
		expect(readFileSync(`${folder}/README.md`, "utf8")).toContain(`--trigger socket:${path}\n`);
		const dispatcher = startCommand(process.execPath, [main, ...args], { env });
		const ended = endOf(dispatcher);
		await vi.waitFor(() => expect(existsSync(`${place.path}/flatstate/trigger.sock`)).toBe(true), 10_000);
		expect(setting("flatstate-listen.service", "KillSignal")).toBe("SIGTERM");
		dispatcher.kill("SIGTERM");
		expect(await ended).toMatchObject({ code: 0, stdout: "" });
	});

	test("belong together, and run as nobody else", () => {
		expect(Object.keys(units).toSorted()).toEqual([
			"flatstate-listen.service",
			"flatstate-once.path",
			"flatstate-once.service",
			"flatstate-once.timer",
		]);
		for (const unit of ["flatstate-listen.service", "flatstate-once.service"]) {
			expect([setting(unit, "User"), setting(unit, "DynamicUser"), setting(unit, "StateDirectory")]).toEqual([
				"flatstate",
				"yes",
				"flatstate",
			]);
			expect(setting(unit, "ExecStart")).toContain(" --interrupted");
			// V8 makes machine code while it runs.
			expect(units[unit]?.Service).not.toHaveProperty("MemoryDenyWriteExecute");
			// Else a call that is not allowed kills the process, in place of failing.
			expect(setting(unit, "SystemCallErrorNumber")).toBe("EPERM");
		}
		expect(setting("flatstate-once.service", "Type")).toBe("oneshot");
		expect(setting("flatstate-listen.service", "Restart")).toBe("on-failure");
	});
});

test("a dispatcher that is killed while it has an execution under way loses nothing: the next one goes on with it", async () => {
	await using place = await temporaryFolder();
	// The first call never ends.
	await using model = await startMockModel({ script: { porter: [{ hang: true }, "Come in."] } });
	const { args, env, store } = commandOf("flatstate-once.service", place.path);
	await park("nine", store);
	await ring("nine", store);
	const using = { env: { ...env, MOCK_BASE_URL: model.url } };
	const killed = startCommand(process.execPath, [main, ...args, "--model", "mock/scripted"], using);
	await vi.waitFor(() => expect(model.requests).toHaveLength(1), 10_000);
	killed.kill("SIGKILL");
	await once(killed, "close");

	await using opened = await openStore(store);
	expect(await opened.persistence.listExecutions({ status: "active" })).toHaveLength(1);
	const { code, stdout } = await flatstate([...args, "--model", "mock/scripted"], using);
	expect({ code, report: JSON.parse(stdout) }).toEqual({
		code: 0,
		report: { resumed: {}, timed_out: [], interrupted: ["nine"] },
	});
	expect(await opened.results.read(resultUri("nine"), { block: false })).toEqual({
		visitor: "a cat",
		words: "Come in.",
	});
	expect(await opened.signals.channels()).toEqual([]);
	expect(model.requests).toHaveLength(2);
});
