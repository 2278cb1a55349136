import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { listenFile, openStore, resultUri } from "flatstate";

export const summary =
	"the operating system wakes a dispatcher: by a socket it listens on, or by a file that starts it";

const doorbell = `${import.meta.dirname}/config/doorbell.yml`;
/** The command `flatstate` of this package. */
const command = fileURLToPath(new URL("cli/main.js", import.meta.resolve("flatstate")));
/** `flatstate run` ends with this code when the execution waits for a signal. */
const waiting = 4;

export async function run({ model, log }) {
	const folder = await mkdtemp(join(tmpdir(), "listener-"));
	const store = `sqlite:${folder}/runs.db`;
	const answering = model === undefined ? [] : ["--model", model];
	try {
		const socket = await listenOnSocket({ store, answering, path: join(folder, "trigger.sock"), log });
		const file = await startedByFile({ store, answering, dir: join(folder, "trigger"), log });
		return { socket, file };
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** As systemd/flatstate-listen.service does: one dispatcher that is always there. */
async function listenOnSocket({ store, answering, path, log }) {
	// The first execution makes the store, without which no dispatcher starts.
	await park("nine", store);
	const trigger = `socket:${path}`;
	const dispatcher = start([
		"dispatch",
		"--listen",
		"--interrupted",
		"--trigger",
		trigger,
		"--store",
		store,
		...answering,
	]);
	const ended = once(dispatcher, "exit");
	try {
		while (!existsSync(path)) {
			if (dispatcher.exitCode !== null) throw new Error("The dispatcher has ended before it listened.");
			await setTimeout(20);
		}
		log("a dispatcher listens on a socket");
		await ring("nine", "a courier with a piano", { store, trigger });
		const result = await resultOf("nine", store);
		dispatcher.kill("SIGTERM");
		const [code] = await ended;
		return { result, dispatcher_exit_code: code };
	} finally {
		dispatcher.kill("SIGKILL");
	}
}

/** As systemd/flatstate-once.path and .service do: nothing runs until the file is touched, and nothing runs afterwards. */
async function startedByFile({ store, answering, dir, log }) {
	let touch;
	const touched = new Promise((resolve) => {
		touch = resolve;
	});
	const stop = await listenFile({ dir }, touch);
	try {
		await park("seven", store);
		await ring("seven", "a cat", { store, trigger: `file:${dir}` });
		await touched;
	} finally {
		await stop();
	}
	log("the file was touched: a dispatcher starts, and ends when it has woken whoever can be woken");
	const { stdout } = await flatstate(["dispatch", "--once", "--interrupted", "--store", store, ...answering]);
	return { result: await resultOf("seven", store), report: JSON.parse(stdout) };
}

/** Begins an execution, in a process that ends as soon as it can only wait. */
async function park(house, store) {
	const { code } = await flatstate([
		"run",
		doorbell,
		"--id",
		house,
		"--input",
		JSON.stringify({ house }),
		"--store",
		store,
	]);
	if (code !== waiting) throw new Error(`The execution of house ${house} does not wait: exit code ${code}.`);
}

/** Any process may send: it only knows the channel. */
function ring(house, visitor, { store, trigger }) {
	return flatstate([
		"signal",
		`doorbell/${house}`,
		"--data",
		JSON.stringify({ visitor }),
		"--store",
		store,
		"--trigger",
		trigger,
	]);
}

async function resultOf(house, address) {
	const store = await openStore(address);
	try {
		return await store.results.read(resultUri(house), { timeoutSeconds: 60 });
	} finally {
		await store.close();
	}
}

function start(args) {
	return spawn(process.execPath, [command, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Runs `flatstate` to its end. */
function flatstate(args) {
	return new Promise((resolve, reject) => {
		execFile(process.execPath, [command, ...args], (error, stdout, stderr) => {
			const code = error === null ? 0 : error.code;
			if (code === 0 || code === waiting) resolve({ code, stdout });
			else reject(new Error(`flatstate ${args[0]} has failed: ${stderr}`));
		});
	});
}
