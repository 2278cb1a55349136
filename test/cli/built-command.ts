/** Builds the package once for all test files, and runs its `flatstate` command in real processes. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

const root = resolve(import.meta.dirname, "../..");
const builds = join(root, "node_modules/.cache/flatstate-test-build");
const sources = ["src", "runtime", "compiler", "adapters"];

/** The package's built files and its `flatstate` command. */
export interface BuiltPackage {
	readonly dist: string;
	readonly main: string;
}

/**
 * Builds what the sources are now, unless another test file has; only one process builds at a time.
 * @throws Error when the build gives no command
 */
export function buildPackage(): Promise<BuiltPackage> {
	building ??= findOrBuild();
	return building;
}

let building: Promise<BuiltPackage> | undefined;

async function findOrBuild(): Promise<BuiltPackage> {
	const home = join(builds, fingerprint());
	const built = { dist: join(home, "dist"), main: join(home, "dist/src/cli/main.js") };
	mkdirSync(builds, { recursive: true });
	while (!existsSync(home)) {
		const lock = `${home}.lock`;
		if (!takeLock(lock)) {
			await delay(50);
			continue;
		}
		try {
			build(home);
		} finally {
			rmSync(lock, { force: true });
		}
	}
	return built;
}

function build(home: string): void {
	for (const name of readdirSync(builds)) if (!name.endsWith(".lock")) removeIfOld(join(builds, name));
	const unfinished = `${home}.${process.pid}`;
	const compiler = join(root, "node_modules/typescript/bin/tsc");
	const options = ["-p", "tsconfig.build.json", "--noCheck", "--declaration", "false", "--sourceMap", "false"];
	const { stdout } = spawnSync(process.execPath, [compiler, ...options, "--outDir", join(unfinished, "dist")], {
		cwd: root,
		encoding: "utf8",
	});
	if (!existsSync(join(unfinished, "dist/src/cli/main.js"))) throw new Error(`The build failed:\n${stdout}`);
	copyFileSync(join(root, "package.json"), join(unfinished, "package.json"));
	renameSync(unfinished, home);
}

function fingerprint(): string {
	const hash = createHash("sha256");
	for (const folder of sources) {
		for (const file of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
			if (/\.m?[jt]s$/.test(file)) hash.update(file).update(readFileSync(join(root, folder, file)));
		}
	}
	return hash
		.update(readFileSync(join(root, "package.json")))
		.digest("hex")
		.slice(0, 16);
}

/** The lock names its holder: one that died holds nothing. */
function takeLock(lock: string): boolean {
	try {
		writeFileSync(lock, String(process.pid), { flag: "wx" });
		return true;
	} catch {
		const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
		if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
		return false;
	}
}

function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}

function removeIfOld(folder: string): void {
	const hour = 3_600_000;
	if (Date.now() - statSync(folder).mtimeMs > hour) rmSync(folder, { recursive: true, force: true });
}

/** How a command ended. */
export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface CommandOptions {
	readonly cwd?: string;
	readonly stdin?: string;
	readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program with pipes, and with nothing of this process's environment but its path. */
export function startCommand(
	command: string,
	args: readonly string[],
	{ cwd, env }: CommandOptions = {},
): ChildProcessWithoutNullStreams {
	return spawn(command, args, { cwd, env: { PATH: process.env.PATH ?? "", ...env } });
}

/** What a started program prints, and how it ends. */
export async function endOf(child: ChildProcessWithoutNullStreams): Promise<Ended> {
	const code = new Promise<number | null>((resolve) => child.once("close", resolve));
	const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
	return { code: await code, stdout, stderr };
}

/** Runs `flatstate` with pipes on all three streams. */
export async function flatstate(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
	const { main } = await buildPackage();
	const child = startCommand(process.execPath, [main, ...args], options);
	child.stdin.end(options.stdin ?? "");
	return endOf(child);
}
