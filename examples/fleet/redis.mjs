/** The Redis of the example: `REDIS_URL`, else one on the standard local port, else one that is started here. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Redis } from "ioredis";

/** There is no server that the workers could share. */
export class NoRedisError extends Error {
	name = "NoRedisError";
	/** As `flatstate run --distributed` ends. */
	exitCode = 2;

	constructor(problem) {
		super(
			`${problem}
The workers of a fleet share a server. To get a Redis:
  Debian, Ubuntu:  apt install redis-server
  Fedora:          dnf install redis
  macOS:           brew install redis
  Docker:          docker run --rm -p 127.0.0.1:6379:6379 redis
Then run the example again: it finds a server on 127.0.0.1:6379, and starts \`redis-server\` itself where that is only installed.
Another address goes into REDIS_URL. Postgres does as well: npm run example fleet -- --store postgres://USER@HOST/DATABASE`,
		);
	}
}

/**
 * @param environment variables
 * @param port on 127.0.0.1 where a server is looked for
 * @returns address with a prefix that nobody else has, what to tell of it, and `close`, which removes all keys with that prefix
 * @throws NoRedisError
 */
export async function openRedis(environment = process.env, port = 6379) {
	const { REDIS_URL: given, PATH: path } = environment;
	if (given) {
		if (await answers(given)) return withPrefix(given, "the Redis of REDIS_URL");
		throw new NoRedisError("REDIS_URL names a Redis that does not answer.");
	}
	const local = `redis://127.0.0.1:${port}`;
	if (await answers(local)) return withPrefix(local, `the Redis on 127.0.0.1:${port}`);
	const server = await startServer(path);
	if (server) return { url: server.url, name: "a redis-server of its own", close: () => server.stop() };
	throw new NoRedisError(`There is no Redis: none on 127.0.0.1:${port}, and \`redis-server\` is not installed.`);
}

function withPrefix(address, name) {
	const prefix = `example-fleet-${randomUUID()}`;
	const url = new URL(address);
	url.search = new URLSearchParams({ prefix });
	return { url: url.href, name, close: () => removeKeys(address, prefix) };
}

/** Connects once, without trying again. */
function connect(address) {
	const url = new URL(address);
	url.search = "";
	const redis = new Redis(url.href, { lazyConnect: true, connectTimeout: 2000, retryStrategy: null });
	// Whoever asks is told of it.
	redis.on("error", () => {});
	return redis;
}

async function answers(address) {
	const redis = connect(address);
	try {
		await redis.connect();
		await redis.ping();
		return true;
	} catch {
		return false;
	} finally {
		redis.disconnect();
	}
}

/** All keys of a store and of its queues begin with its prefix in braces. */
async function removeKeys(address, prefix) {
	const redis = connect(address);
	try {
		for await (const keys of redis.scanStream({ match: `{${prefix}}*`, count: 1000 })) {
			if (keys.length > 0) await redis.unlink(keys);
		}
	} finally {
		redis.disconnect();
	}
}

/** Starts `redis-server` on a free port, with nothing on the disk that stays. @returns undefined where it is not installed */
async function startServer(path) {
	const port = await freePort();
	const folder = await mkdtemp(join(tmpdir(), "example-fleet-"));
	const args = ["--bind", "127.0.0.1", "--port", String(port), "--dir", folder, "--save", "", "--appendonly", "no"];
	const server = spawn("redis-server", args, { stdio: "ignore", env: { PATH: path } });
	const ended = Promise.race([once(server, "exit"), once(server, "error")]).catch(() => undefined);
	const stop = async () => {
		server.kill("SIGKILL");
		await ended;
		await rm(folder, { recursive: true });
	};
	const url = `redis://127.0.0.1:${port}`;
	while (server.pid !== undefined && server.exitCode === null) {
		if (await answers(url)) return { url, stop };
		await setTimeout(20);
	}
	await stop();
	return undefined;
}

async function freePort() {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address();
	server.close();
	await once(server, "close");
	return port;
}
