/** Triggers: senders in other processes wake a listener, whatever was left behind and whoever is gone. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { lstat, mkdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { fileTrigger, listenFile } from "../../adapters/triggers/file-trigger.ts";
import { listenSocket, socketTrigger } from "../../adapters/triggers/socket-trigger.ts";
import { SignalDispatcher } from "../../runtime/signals/dispatcher.ts";
import { quiet } from "./clock.ts";
import { Parked } from "./parked.ts";
import { runProgram, startProgram } from "./process.ts";
import { changed } from "./standing-in.ts";

const run = promisify(execFile);
const isWindows = process.platform === "win32";

let folder = "";
const stops: (() => Promise<void>)[] = [];
beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "triggers-")));
});
afterEach(async () => {
	for (const stop of stops.splice(0)) await stop();
	rmSync(folder, { recursive: true });
});

/** Channels as they are heard, in order. */
class Heard {
	readonly #heard: (string | null)[] = [];
	readonly #waiting: (() => void)[] = [];

	readonly wake = (channel: string | null): void => {
		this.#heard.push(channel);
		for (const tell of this.#waiting.splice(0)) tell();
	};

	get all(): readonly (string | null)[] {
		return this.#heard;
	}

	/** When so many were heard. */
	async first(count: number): Promise<readonly (string | null)[]> {
		while (this.#heard.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
		return this.#heard.slice(0, count);
	}
}

describe("the file trigger", () => {
	it("makes the folder and the file, and touches it again", async () => {
		const dir = join(folder, "deep", "er");
		const trigger = fileTrigger({ dir });
		await trigger.notify("go");
		await utimes(join(dir, "trigger"), 1, 1);
		await trigger.notify("go");
		expect((await stat(join(dir, "trigger"))).mtimeMs).toBeGreaterThan(1000);
		expect(await readFile(join(dir, "trigger"), "utf8")).toBe("");
	});

	it("wakes a listener, for the first signal and the next", async () => {
		const heard = new Heard();
		stops.push(await listenFile({ dir: folder }, heard.wake));
		await fileTrigger({ dir: folder }).notify("go");
		expect(await heard.first(1)).toEqual([null]);
		const count = heard.all.length;
		await fileTrigger({ dir: folder }).notify("go");
		expect(await heard.first(count + 1)).toContain(null);
	});

	it.skipIf(isWindows)("hears of any program that touches the file, and of no other file", async () => {
		const heard = new Heard();
		stops.push(await listenFile({ dir: folder }, heard.wake));
		await writeFile(join(folder, "other"), "");
		await run("touch", [join(folder, "trigger")]);
		await heard.first(1);
		const before = heard.all.length;
		await writeFile(join(folder, "another"), "");
		await run("touch", [join(folder, "trigger")]);
		await heard.first(before + 1);
		expect(before).toBeLessThanOrEqual(4);
	});

	it("follows no link to a file elsewhere, and says why nobody was notified", async () => {
		await writeFile(join(folder, "precious"), "text");
		const dir = join(folder, "shared");
		await mkdir(dir);
		await symlink(join(folder, "precious"), join(dir, "trigger"));
		const before = (await stat(join(folder, "precious"))).mtimeMs;
		const warnings: string[] = [];
		const silent = () => {};
		const logger = { debug: silent, info: silent, error: silent, warn: (text: string) => void warnings.push(text) };
		await fileTrigger({ dir, logger }).notify("go");
		expect((await stat(join(folder, "precious"))).mtimeMs).toBe(before);
		expect(warnings).toEqual([`The trigger ${join(dir, "trigger")} could not be touched`]);
	});

	it("says which folder it cannot watch", async () => {
		await writeFile(join(folder, "file"), "");
		const listening = listenFile({ dir: join(folder, "file", "dir") }, () => {});
		await expect(listening).rejects.toMatchObject({ code: "trigger_failed", name: "TriggerError" });
		await expect(listening).rejects.toThrow(join(folder, "file", "dir"));
	});
});

describe.skipIf(isWindows)("the socket trigger", () => {
	const pathOf = () => join(folder, "trigger.sock");

	async function heardOn(path = pathOf()): Promise<Heard> {
		const heard = new Heard();
		stops.push(await listenSocket({ path }, heard.wake));
		return heard;
	}

	it("carries each channel's name", async () => {
		const heard = await heardOn();
		const trigger = socketTrigger({ path: pathOf() });
		for (const channel of ["approval/1", "ünï 日本 🎉", " spaced ", "a\nb", "x".repeat(100_000)])
			await trigger.notify(channel);
		expect(await heard.first(5)).toEqual(["approval/1", "ünï 日本 🎉", " spaced ", null, null]);
	});

	it("is heard when `notify` has resolved", async () => {
		const heard = await heardOn();
		await socketTrigger({ path: pathOf() }).notify("go");
		expect(heard.all).toEqual(["go"]);
	});

	it("hears many senders at once, and several lines of one", async () => {
		const heard = await heardOn();
		const trigger = socketTrigger({ path: pathOf() });
		const channels = Array.from({ length: 50 }, (_, n) => `c${n}`);
		await Promise.all(channels.map((channel) => trigger.notify(channel)));
		expect([...heard.all].sort()).toEqual([...channels].sort());
		const socket = createConnection(pathOf());
		socket.end("one\ntwo\nthree");
		socket.resume();
		await once(socket, "close");
		expect(heard.all.slice(50)).toEqual(["one", "two", "three"]);
	});

	it("does not mind that nobody listens", async () => {
		await expect(socketTrigger({ path: pathOf() }).notify("go")).resolves.toBeUndefined();
	});

	it("gives up a sender whose line never ends", async () => {
		const heard = await heardOn();
		const socket = createConnection(pathOf());
		const closed = new Promise((resolve) => socket.once("close", resolve));
		socket.on("error", () => {});
		for (let n = 0; n < 3; n++) socket.write("x".repeat(50_000));
		await closed;
		expect(heard.all).toEqual([null]);
	});

	it("lets only its own user connect, and removes the file when it stops", async () => {
		await heardOn();
		expect((await lstat(pathOf())).mode & 0o777).toBe(0o600);
		for (const stop of stops.splice(0)) await stop();
		await expect(lstat(pathOf())).rejects.toMatchObject({ code: "ENOENT" });
	});

	it("stops although a sender holds its connection", async () => {
		await heardOn();
		const socket = createConnection(pathOf());
		await once(socket, "connect");
		const closed = new Promise((resolve) => socket.once("close", resolve));
		socket.on("error", () => {});
		socket.resume();
		for (const stop of stops.splice(0)) await stop();
		await closed;
	});

	it("leaves a socket alone on which somebody listens", async () => {
		const heard = await heardOn();
		const second = listenSocket({ path: pathOf() }, () => {});
		await expect(second).rejects.toMatchObject({ code: "trigger_in_use", name: "TriggerError" });
		await socketTrigger({ path: pathOf() }).notify("go");
		expect(heard.all).toEqual(["go"]);
	});

	it("takes over the file that a killed process left behind", async () => {
		const child = await startProgram({
			folder,
			code: `import { listenSocket } from "./adapters/triggers/socket-trigger.ts";
				await listenSocket({ path: process.argv[2] }, () => {});
				console.log("ready");
				setInterval(() => {}, 1000);`,
			args: [pathOf()],
		});
		await once(child.stdout, "data");
		const exited = once(child, "exit");
		child.kill("SIGKILL");
		await exited;
		expect((await lstat(pathOf())).isSocket()).toBe(true);
		const heard = await heardOn();
		await socketTrigger({ path: pathOf() }).notify("go");
		expect(heard.all).toEqual(["go"]);
	});

	it("removes no file that is not a socket, and no link", async () => {
		await writeFile(join(folder, "precious"), "text");
		await symlink(join(folder, "precious"), pathOf());
		for (const path of [join(folder, "precious"), pathOf()]) {
			await expect(listenSocket({ path }, () => {})).rejects.toMatchObject({ code: "invalid_trigger" });
		}
		expect(await readFile(join(folder, "precious"), "utf8")).toBe("text");
	});

	it("says that a path is too long for a socket, to senders and listeners", async () => {
		const path = join(folder, "x".repeat(108));
		const message = /has \d+ bytes, and a socket's path at most 10[37]/;
		expect(() => socketTrigger({ path })).toThrow(message);
		await expect(listenSocket({ path }, () => {})).rejects.toThrow(message);
	});

	it("keeps no process alive by listening", async () => {
		const code = `import { listenSocket } from "./adapters/triggers/socket-trigger.ts";
			import { listenFile } from "./adapters/triggers/file-trigger.ts";
			await listenSocket({ path: process.argv[2] }, () => {});
			await listenFile({ dir: process.argv[3] }, () => {});`;
		expect(await runProgram({ folder, code, args: [pathOf(), folder] })).toBe(0);
	});
});

describe("a dispatcher whose store hears of nothing", () => {
	/** Sends in this process, without any notification, and notifies from another one. */
	async function wokenBy(kind: "file" | "socket"): Promise<readonly string[]> {
		const path = kind === "file" ? folder : join(folder, "trigger.sock");
		const store = openMemoryStore();
		const parked = new Parked(store);
		await parked.park("x", "go");
		const end = new AbortController();
		let tellReady = () => {};
		const ready = new Promise<void>((resolve) => {
			tellReady = resolve;
		});
		const woken = new Promise<void>((resolve) => {
			const dispatcher = new SignalDispatcher({
				persistence: store.persistence,
				signals: changed(store.signals, { subscribe: async () => async () => {} }),
				async resume(id) {
					await parked.resume(id);
					resolve();
				},
			});
			const listened = dispatcher.listen({
				signal: end.signal,
				pollSeconds: 1000,
				async trigger(wake) {
					const stop = await (kind === "file" ? listenFile({ dir: path }, wake) : listenSocket({ path }, wake));
					tellReady();
					return stop;
				},
			});
			stops.push(async () => {
				end.abort();
				await listened;
			});
		});
		await ready;
		// The first drain must not find it.
		await quiet();
		await store.signals.send("go", "A");
		await quiet();
		expect(parked.taken).toEqual([]);
		const code = `import { fileTrigger } from "./adapters/triggers/file-trigger.ts";
			import { socketTrigger } from "./adapters/triggers/socket-trigger.ts";
			const [, , kind, path] = process.argv;
			await (kind === "file" ? fileTrigger({ dir: path }) : socketTrigger({ path })).notify("go");`;
		expect(await runProgram({ folder, code, args: [kind, path] })).toBe(0);
		await woken;
		return parked.taken;
	}

	it("is woken by a file that another process touches", async () => {
		expect(await wokenBy("file")).toEqual(["x: A"]);
	});

	it.skipIf(isWindows)("is woken by a line that another process writes to its socket", async () => {
		expect(await wokenBy("socket")).toEqual(["x: A"]);
	});
});
