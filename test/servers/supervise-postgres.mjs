/**
 * Makes and starts a Postgres server in a folder, and ends it, with the folder, once a process is gone or at SIGTERM.
 * Writes the server's address into the file `ready` of the folder, or the reason why there is none into `failed`.
 * SIGUSR2 lets the server crash, and starts it again on the same port.
 * Usage: node supervise-postgres.mjs FOLDER PID OPTIONS, which are JSON: { "password"?, "settings"?: { NAME: VALUE } }
 */
import { execFileSync, spawn } from "node:child_process";
import {
	chownSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const [folder, watched] = [process.argv[2] ?? "", Number(process.argv[3])];
const { password, settings: given = {} } = JSON.parse(process.argv[4] ?? "{}");
const data = join(folder, "data");
let server;
let port;

process.on("SIGTERM", stop);
process.on("SIGUSR2", () => end(announce));
setInterval(() => {
	if (!isAlive(watched)) stop();
}, 300);

await announce();

async function announce() {
	try {
		write("ready", await start());
	} catch (error) {
		write("failed", error.message);
	}
}

function write(name, text) {
	writeFileSync(join(folder, `${name}.tmp`), text);
	renameSync(join(folder, `${name}.tmp`), join(folder, name));
}

async function start() {
	const bin = findBinaries();
	const as = otherUser();
	const prefix = as ? ["setpriv", `--reuid=${as.uid}`, `--regid=${as.gid}`, "--clear-groups", "--"] : [];
	const options = { cwd: "/", env: { ...process.env, LC_ALL: "C" } };
	const sockets = join(folder, "sockets");
	if (!existsSync(data)) {
		for (const each of [data, sockets]) {
			mkdirSync(each, { mode: 0o700 });
			if (as) chownSync(each, as.uid, as.gid);
		}
		const secret = join(folder, "password");
		if (password !== undefined) writeFileSync(secret, password);
		const access = password === undefined ? ["-A", "trust"] : ["-A", "scram-sha-256", `--pwfile=${secret}`];
		const [first, ...rest] = [...prefix, join(bin, "initdb"), "-D", data, "-U", "postgres", "-E", "UTF8", ...access];
		execFileSync(first, [...rest, "--no-sync", "--no-instructions"], { ...options, stdio: "pipe" });
	}
	for (let attempt = 1; ; attempt++) {
		port ??= await freePort();
		const settings = {
			max_connections: 200,
			...given,
			listen_addresses: "127.0.0.1",
			port,
			unix_socket_directories: sockets,
		};
		const parts = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
		const [command, ...parameters] = [...prefix, join(bin, "postgres"), "-D", data, ...parts];
		server = spawn(command, parameters, { ...options, stdio: "ignore" });
		const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
		const url = `postgres://postgres${secret}@127.0.0.1:${port}/postgres`;
		if (await answers(url)) return url;
		// Somebody else may have taken the port in the meantime.
		if (attempt === 3) throw new Error("postgres could not be started");
		port = undefined;
	}
}

function findBinaries() {
	const debian = "/usr/lib/postgresql";
	const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
	const folders = [
		...(process.env.PATH ?? "").split(delimiter),
		...versions.map((version) => join(debian, version, "bin")),
	];
	const found = folders.find((each) => existsSync(join(each, "postgres")) && existsSync(join(each, "initdb")));
	if (found === undefined) throw new Error("there is no `postgres` in PATH or in the folders of Debian's packages");
	return found;
}

/** Postgres refuses to run as root. */
function otherUser() {
	if (process.getuid?.() !== 0) return undefined;
	for (const name of ["postgres", "nobody"]) {
		const line = readFileSync("/etc/passwd", "utf8")
			.split("\n")
			.find((each) => each.startsWith(`${name}:`));
		const [, , uid, gid] = line?.split(":") ?? [];
		if (uid !== undefined) return { uid: Number(uid), gid: Number(gid) };
	}
	throw new Error("postgres does not run as root, and there is no other user to run it as");
}

async function answers(url) {
	for (let attempt = 0; attempt < 200 && server.exitCode === null; attempt++) {
		const client = new pg.Client({ connectionString: url });
		client.on("error", () => {});
		try {
			await client.connect();
			await client.end();
			return true;
		} catch {
			await sleep(50);
		}
	}
	return false;
}

function freePort() {
	return new Promise((resolve, reject) => {
		const probe = createServer().once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

function stop() {
	end(() => {
		rmSync(folder, { recursive: true, force: true });
		process.exit(0);
	});
}

/** As a crash does: at once, and without a checkpoint. */
function end(then) {
	if (server && server.exitCode === null && server.signalCode === null) {
		server.once("exit", then);
		server.kill("SIGQUIT");
	} else {
		then();
	}
}
