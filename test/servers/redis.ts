/** Redis servers for tests: one that is there, else one that is started here, and servers of a test's own to be killed. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface RedisForTests {
	readonly url: string;
	/** Ends a server that was started here. */
	stop(): Promise<void>;
}

export interface RedisSettings {
	/** Default: nothing is kept. */
	readonly appendFsync?: "always" | "everysec";
	readonly password?: string;
	readonly cluster?: boolean;
}

/** A server of a test's own. */
export interface OwnRedis extends RedisForTests {
	readonly port: number;
	/** SIGKILL. */
	kill(): Promise<void>;
	/** Makes it deaf and dumb, as a lost network does, and lets it go on. */
	freeze(): void;
	thaw(): void;
	/** The same port and data again. */
	restart(): Promise<void>;
}

/**
 * `REDIS_URL`, else what listens on the standard local port, else a server that is started here.
 * @returns the reason where there is none
 * @throws Error instead where `CI` is set: there the tests must run
 */
export async function redisForTests(): Promise<RedisForTests | { readonly reason: string }> {
	const { REDIS_URL: given } = process.env;
	if (given !== undefined && given !== "") return { url: given, stop: async () => {} };
	if (await answers(6379)) return { url: "redis://127.0.0.1:6379", stop: async () => {} };
	const reason = whyNoOwnRedis();
	if (reason === undefined) return startRedis();
	return { reason: `${reason} or set REDIS_URL` };
}

/**
 * For tests that start, kill and configure servers of their own.
 * @returns why there can be none; undefined where there can
 * @throws Error instead where `CI` is set
 */
export function whyNoOwnRedis(): string | undefined {
	if (spawnSync("redis-server", ["--version"]).status === 0) return undefined;
	const { CI: ci } = process.env;
	const reason = "there is no redis-server: install it";
	if (ci !== undefined && ci !== "") throw new Error(reason);
	return reason;
}

/**
 * Starts `redis-server` on a free port with a folder of its own. A shell watches over it: when this process ends, however
 * that happens, its input closes, and it kills the server and removes the folder.
 */
export async function startRedis(settings: RedisSettings = {}): Promise<OwnRedis> {
	const folder = await mkdtemp(join(tmpdir(), "flatstate-redis-"));
	const port = await freePort();
	const start = () => run(port, folder, settings);
	let server = await start();
	const kill = async () => {
		server.signal("SIGKILL");
		await server.ended;
	};
	return {
		port,
		url: `redis://${settings.password === undefined ? "" : `:${settings.password}@`}127.0.0.1:${port}`,
		kill,
		freeze: () => server.signal("SIGSTOP"),
		thaw: () => server.signal("SIGCONT"),
		restart: async () => {
			server = await start();
		},
		stop: async () => {
			await kill();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

/** Descriptor 3 is the input: a background command would get none. */
const watch = `
exec 3<&0
folder=$1; shift
redis-server "$@" >/dev/null 2>&1 & server=$!
trap 'kill -9 $server 2>/dev/null; rm -rf "$folder"; exit' TERM
echo $server
{ cat <&3 >/dev/null; kill -TERM $$; } & guard=$!
wait $server
kill $guard 2>/dev/null
`;

interface RunningRedis {
	readonly ended: Promise<unknown>;
	signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
}

async function run(port: number, folder: string, settings: RedisSettings): Promise<RunningRedis> {
	const { appendFsync, password, cluster = false } = settings;
	const parts = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--daemonize", "no"];
	parts.push("--appendonly", appendFsync === undefined ? "no" : "yes");
	if (appendFsync !== undefined) parts.push("--appendfsync", appendFsync);
	if (password !== undefined) parts.push("--requirepass", password);
	if (cluster) parts.push("--cluster-enabled", "yes");
	const shell = spawn("sh", ["-c", watch, "sh", folder, ...parts], { stdio: ["pipe", "pipe", "ignore"] });
	const ended = once(shell, "exit");
	shell.unref();
	const [line] = await once(createInterface(shell.stdout), "line");
	const pid = Number(line);
	const end = Date.now() + 10_000;
	while (!(await answers(port))) {
		if (shell.exitCode !== null) throw new Error("redis-server could not be started");
		if (Date.now() > end) throw new Error("redis-server does not answer");
	}
	return {
		ended,
		signal: (name) => {
			if (shell.exitCode === null) process.kill(pid, name);
		},
	};
}

/** Whether a Redis server answers there, also one that wants a password. */
function answers(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
		const end = (answer: boolean) => {
			socket.destroy();
			resolve(answer);
		};
		socket.setTimeout(500, () => end(false));
		socket.once("error", () => setTimeout(() => end(false), 20));
		socket.once("data", (data) => end(/^(\+PONG|-NOAUTH|-LOADING)/.test(String(data))));
	});
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, "127.0.0.1");
	await once(probe, "listening");
	const address = probe.address();
	probe.close();
	await once(probe, "close");
	if (address === null || typeof address === "string") throw new Error("no free port");
	return address.port;
}
