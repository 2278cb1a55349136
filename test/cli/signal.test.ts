/** `flatstate signal` and the command behind `flatstate dispatch`, on a store in a file. */
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { listenFile } from "../../adapters/triggers/file-trigger.ts";
import { listenSocket, socketTrigger } from "../../adapters/triggers/socket-trigger.ts";
import { sendAndNotify } from "../../runtime/signals/send-and-notify.ts";
import { ExecutionLockedError } from "../../runtime/store/errors.ts";
import { type DispatchCommandOptions, type DispatchRun, dispatchCommand } from "../../src/cli/dispatch.ts";
import { openStore } from "../../src/open-store.ts";
import { runCommand } from "../docs/run-block.ts";
import { Parked } from "../signals/parked.ts";
import { commitOf } from "../stores/contract/samples.ts";
import { type Files, files } from "./files.ts";

interface Place extends AsyncDisposable {
	readonly url: string;
	readonly folder: string;
	/** Runs `flatstate signal …` on the store. */
	signal(args: string): ReturnType<typeof runCommand>;
	/** The signals of the channel `go`. */
	signals(): Promise<unknown[]>;
}

async function place(texts: Readonly<Record<string, string>> = {}): Promise<Place> {
	const folder: Files = files(texts);
	const url = `sqlite:${join(folder.path, "store.sqlite")}`;
	await using store = await openStore(url);
	const parked = new Parked(store);
	await parked.park("x", "go");
	await parked.end("ended");
	return {
		url,
		folder: folder.path,
		signal: (args) => runCommand(`flatstate signal ${args} --store ${url}`),
		async signals() {
			await using opened = await openStore(url);
			return (await opened.signals.peek("go")).map(({ data, execution_id }) => [data, execution_id]);
		},
		[Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
	};
}

describe("flatstate signal", () => {
	it("stores a signal and prints its id", async () => {
		await using here = await place();
		const { exitCode, stdout, stderr } = await here.signal(`go --data '{"ok":true}'`);
		expect([exitCode, stderr]).toEqual([0, ""]);
		await using store = await openStore(here.url);
		expect(await store.signals.peek("go")).toMatchObject([
			{ id: stdout.trim(), data: { ok: true }, execution_id: null },
		]);
	});

	it("takes any JSON, a file, and null where there is none", async () => {
		await using here = await place({ "data.yml": "a: [1, 2]\n" });
		for (const data of ["--data 5", `--data '"text"'`, "--data [1]", `--data @${here.folder}/data.yml`, ""]) {
			expect((await here.signal(`go ${data}`)).exitCode).toBe(0);
		}
		expect(await here.signals()).toEqual([5, "text", [1], { a: [1, 2] }, null].map((data) => [data, null]));
	});

	it("addresses a signal to one execution", async () => {
		await using here = await place();
		expect((await here.signal("go --to x --data 1")).exitCode).toBe(0);
		expect(await here.signals()).toEqual([[1, "x"]]);
	});

	it.each([
		["go --data {a", "--data is not JSON"],
		["go --to nobody", "There is no execution nobody in"],
		["go --to ended", "Execution ended has ended: it takes no more signals."],
		["go --trigger pigeon", "Expected none, file, file:DIR, socket or socket:PATH."],
		[`go --trigger socket:/${"x".repeat(200)}`, "a socket's path at most"],
	])("refuses `%s` as wrong usage and sends nothing", async (args, message) => {
		await using here = await place();
		const { exitCode, stdout, stderr } = await here.signal(args);
		expect([exitCode, stdout]).toEqual([2, ""]);
		expect(stderr).toContain(message);
		expect(await here.signals()).toEqual([]);
	});

	it("refuses a store that is not there, or that nobody else can see", async () => {
		await using here = await place();
		const missing = await runCommand(`flatstate signal go --store sqlite:${here.folder}/other.sqlite`);
		expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining("There is no store at")]);
		const memory = await runCommand("flatstate signal go --store memory:");
		expect([memory.exitCode, memory.stderr]).toEqual([2, expect.stringContaining("ends with this command")]);
	});

	it("wakes who watches the file or listens on the socket", async () => {
		await using here = await place();
		const heard: (string | null)[] = [];
		const path = join(here.folder, "t.sock");
		const stopSocket = await listenSocket({ path }, (channel) => void heard.push(channel));
		expect((await here.signal(`go --trigger socket:${path}`)).exitCode).toBe(0);
		expect(heard).toEqual(["go"]);
		await stopSocket();
		let touched = () => {};
		const isTouched = new Promise<void>((resolve) => {
			touched = resolve;
		});
		const stopFile = await listenFile({ dir: join(here.folder, "t") }, touched);
		expect((await here.signal(`go --trigger file:${here.folder}/t`)).exitCode).toBe(0);
		await isTouched;
		await stopFile();
	});
});

describe("flatstate dispatch", () => {
	afterEach(() => {
		vi.restoreAllMocks();
	});

	async function dispatch(
		options: DispatchCommandOptions,
		resume: (executionId: string, run: DispatchRun) => Promise<unknown>,
	) {
		let stdout = "";
		vi.spyOn(process.stderr, "write").mockReturnValue(true);
		vi.spyOn(process.stdout, "write").mockImplementation((chunk, encoding, done) => {
			stdout += String(chunk);
			const callback = typeof encoding === "function" ? encoding : done;
			callback?.();
			return true;
		});
		const exitCode = await dispatchCommand({ quiet: true, ...options }, async (run) => ({
			resume: async (id) => ({ status: (await resume(id, run)) === "failed" ? "failed" : "done" }),
			[Symbol.asyncDispose]: async () => undefined,
		}));
		return { exitCode, stdout };
	}

	it("wakes with --once all that can be woken and prints their ids", async () => {
		await using here = await place();
		await here.signal("go --data 1");
		await here.signal("other --data 2");
		const resumed: string[] = [];
		const { exitCode, stdout } = await dispatch({ once: true, json: true, store: here.url }, async (id, { store }) => {
			resumed.push(id);
			const signal = await store.signals.claim("go", id);
			await new Parked(store).end(id);
			await store.signals.acknowledge(signal?.id ?? "");
		});
		expect([exitCode, resumed]).toEqual([0, ["x"]]);
		expect(JSON.parse(stdout)).toEqual({ resumed: { go: ["x"] }, timed_out: [] });
		expect(await here.signals()).toEqual([]);
	});

	it("goes on with --interrupted with what was killed or aborted, and leaves what a limit has stopped or another runs", async () => {
		await using here = await place();
		await using store = await openStore(here.url);
		const stopped = (id: string, name: string) => {
			const commit = commitOf({ id, status: "stopped" });
			return { ...commit, summary: { ...commit.summary, error: { name, message: "It ended." } } };
		};
		const commits = ["killed", "elsewhere"].map((id) => commitOf({ id }));
		commits.push(stopped("aborted", "AbortError"), stopped("limited", "LimitReachedError"));
		commits.push(commitOf({ id: "child", root: "killed" }));
		await store.persistence.commit(commits, null);
		const asked: string[] = [];
		const options = { once: true, json: true, store: here.url };
		const resume = async (id: string, { store: opened }: DispatchRun) => {
			asked.push(id);
			if (id === "elsewhere") throw new ExecutionLockedError(id, null);
			await new Parked(opened).end(id);
		};
		expect(JSON.parse((await dispatch(options, resume)).stdout)).toEqual({ resumed: {}, timed_out: [] });
		expect(asked).toEqual([]);
		const { stdout } = await dispatch({ ...options, interrupted: true }, resume);
		expect(JSON.parse(stdout)).toEqual({ resumed: {}, timed_out: [], interrupted: ["killed", "aborted"] });
		expect(asked.toSorted()).toEqual(["aborted", "elsewhere", "killed"]);
	});

	it("names with --once those that were resumed and failed", async () => {
		await using here = await place();
		await here.signal("go --data 1");
		const { exitCode, stdout } = await dispatch({ once: true, json: true, store: here.url }, async (id, { store }) => {
			const signal = await store.signals.claim("go", id);
			await new Parked(store).end(id);
			await store.signals.acknowledge(signal?.id ?? "");
			return "failed";
		});
		expect(exitCode).toBe(0);
		expect(JSON.parse(stdout)).toEqual({ resumed: { go: ["x"] }, timed_out: [], failed: ["x"] });
	});

	it("begins nothing more with --once when it is interrupted, and says so by its exit code", async () => {
		await using here = await place();
		await here.signal("go --data 1");
		await here.signal("go --data 2");
		const seen: boolean[] = [];
		const { exitCode } = await dispatch({ once: true, store: here.url }, async (id, { store, signal }) => {
			process.emit("SIGTERM");
			seen.push(signal.aborted);
			const taken = await store.signals.claim("go", id);
			await store.signals.acknowledge(taken?.id ?? "");
		});
		expect({ exitCode, seen }).toEqual({ exitCode: 130, seen: [true] });
		expect(await here.signals()).toHaveLength(1);
	});

	it("goes on with --listen until it is interrupted", async () => {
		await using here = await place();
		const path = join(here.folder, "t.sock");
		const aborted: boolean[] = [];
		const ended = dispatch(
			{ listen: true, store: here.url, trigger: { kind: "socket", path } },
			async (id, { store, signal }) => {
				await new Parked(store).end(id);
				process.emit("SIGTERM");
				aborted.push(signal.aborted);
			},
		);
		await using store = await openStore(here.url);
		await sendAndNotify(store.signals, socketTrigger({ path }), "go", 1);
		expect((await ended).exitCode).toBe(0);
		expect(aborted).toEqual([true]);
	});

	it("says so before it wakes anybody where a file that it is given is not there", async () => {
		await using here = await place();
		await here.signal("go --data 1");
		const command = `flatstate dispatch --once --store ${here.url}`;
		for (const option of ["--script", "--mock", "--hooks"]) {
			const { exitCode, stderr } = await runCommand(`${command} ${option} nothere.yml`);
			expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(/^error: .*nothere\.yml/) });
		}
		expect(await here.signals()).toHaveLength(1);
	});

	it("wants exactly one of --once and --listen", async () => {
		for (const options of [{}, { once: true, listen: true }]) {
			await expect(dispatch(options, async () => {})).rejects.toMatchObject({ name: "UsageError" });
		}
	});
});
