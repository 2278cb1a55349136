/**
 * A process that runs or resumes an execution, tells in a file what it does, and can kill itself at a chosen point. It
 * loads the package, says `ready`, and waits for work: so its start costs no time of the run.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { answerOf, hooksOf, toolsOf } from "./agents.mjs";

const [, , entry, ...modules] = process.argv;
const { FlatMachine, openStore } = await import(pathToFileURL(entry).href);
// What the store will load: then a kill seldom falls into the loading.
await Promise.all(modules.map((name) => import(name)));

/** How the process is to end: `{ point, when, after, delay, signal }`, see kill-plans.ts. */
let plan = null;
let passed = 0;
let isDying = false;

function die({ delay, signal = "SIGKILL" }) {
	isDying = signal === "SIGKILL";
	const kill = () => process.kill(process.pid, signal);
	if (delay === "now") kill();
	else if (delay === "microtask") Promise.resolve().then(kill);
	else if (delay === "immediate") setImmediate(kill);
	else setTimeout(kill, delay);
}

/** The execution passes a point at which the plan may end the process. */
function at(point, when) {
	if (plan === null || plan.point !== point || plan.when !== when) return;
	passed += 1;
	if (passed === plan.after) die(plan);
}

/** The same call, with a point before it, one when it is under way, and one when it is done. */
function watched(object, method, point) {
	return (...parts) => {
		at(point, "before");
		const done = object[method](...parts);
		at(point, "during");
		if (!(done instanceof Promise)) {
			at(point, "after");
			return done;
		}
		return done.then((value) => {
			at(point, "after");
			return value;
		});
	};
}

function wrap(object, replaced) {
	return new Proxy(object, {
		get(target, name) {
			if (Object.hasOwn(replaced, name)) return replaced[name];
			const value = Reflect.get(target, name, target);
			return typeof value === "function" ? value.bind(target) : value;
		},
	});
}

/** A store whose calls are points to die at, and which tells of the leases that it gives. */
function watchedStore(store, write, leases) {
	const { lock, persistence, signals } = store;
	const acquire = watched(lock, "acquire", "acquire");
	const release = watched(lock, "release", "release");
	return {
		...store,
		persistence: wrap(persistence, { commit: watched(persistence, "commit", "commit") }),
		signals: wrap(signals, {
			claim: watched(signals, "claim", "claim"),
			acknowledge: watched(signals, "acknowledge", "acknowledge"),
		}),
		lock: wrap(lock, {
			acquire: async (key) => {
				const lease = await acquire(key);
				if (lease !== null) {
					leases.set(key, lease.token);
					write("acquired", key);
				}
				return lease;
			},
			release: (lease) => {
				write("releases", lease.key);
				return release(lease);
			},
		}),
		close: async () => {},
	};
}

/** The machine on its store, which tells in the file `log` what it does. */
async function setUp({ url, leaseSeconds, document, id, log }) {
	const file = openSync(log, "a");
	const leases = new Map();
	const write = (word, name) => {
		const key = name.split("/")[0];
		writeSync(file, `${word} ${name} ${process.pid} ${leases.get(key) ?? leases.get(id) ?? 0}\n`);
	};
	const call = async (name, milliseconds, answer) => {
		write("begin", name);
		at("call", "begin");
		await new Promise((resolve) => setTimeout(resolve, milliseconds));
		write("end", name);
		at("call", "end");
		return answer();
	};
	const store = await openStore(url, leaseSeconds === undefined ? {} : { leaseSeconds });
	const complain = (message, fields) => console.error(message, JSON.stringify(fields ?? {}));
	const machine = new FlatMachine({
		config: document,
		store: watchedStore(store, write, leases),
		script: answerOf(call, (key) => [process.pid, leases.get(key) ?? 0]),
		hooks: hooksOf(call),
		tools: toolsOf(call),
		logger: { debug() {}, info() {}, warn: complain, error: complain },
	});
	const close = async () => {
		await store.close();
		closeSync(file);
	};
	return { machine, store, close };
}

/** What stays open from one piece of work to the next. */
let kept;

async function work(request) {
	const { id, input, options, kill, keepsStore } = request;
	plan = kill;
	passed = 0;
	let used;
	try {
		used = kept ?? (await setUp(request));
		if (keepsStore) kept = used;
		const { machine, store } = used;
		const known = await store.persistence.loadExecution(id);
		const result = known
			? await machine.resume(id, options)
			: await machine.run(input, { ...options, executionId: id });
		const { error, ...rest } = result;
		return { type: "result", result: error === undefined ? rest : { ...rest, error: describe(error) } };
	} catch (error) {
		return { type: "error", error: describe(error) };
	} finally {
		plan = null;
		if (used !== kept) await used?.close();
	}
}

function describe(error) {
	const { name, message, code, holder, stack } = error;
	return { name, message, code, holder: holder ?? null, stack };
}

process.on("message", async (request) => {
	const end = await work(request);
	// Who has only moments left is given no more work.
	if (!isDying) process.send(end);
});
process.on("disconnect", () => process.exit());
process.send({ type: "ready" });
