import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HookRef } from "../../compiler/plan/plan.ts";
import { HookModuleError } from "../../runtime/hooks/errors.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import { importModule } from "../../runtime/hooks/import-module.ts";
import { loadHooksModule } from "../../runtime/hooks/load-hooks-module.ts";
import { HooksRegistry } from "../../runtime/hooks/registry.ts";

let dir: string;

beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), "flatstate-hooks-"));
});

afterEach(async () => {
	await rm(dir, { recursive: true, force: true });
});

async function file(name: string, text: string): Promise<string> {
	const path = join(dir, name);
	await mkdir(join(path, ".."), { recursive: true });
	await writeFile(path, text);
	return path;
}

function moduleRef(name: string, className: string, args: Record<string, unknown> = {}): HookRef {
	return { kind: "module", file: name, className, args, dir };
}

async function entered(hooks: MachineHooks | null): Promise<unknown> {
	return hooks?.onStateEnter?.("s", { seen: true });
}

const GREETER = `class Greeter {
	constructor(args) { this.word = args.word; }
	onStateEnter(state, context) { return { ...context, word: this.word }; }
}
`;

describe("a module reference of a machine", () => {
	it.each([
		["a named export", "h.mjs", `export ${GREETER}`],
		["a default export of that name", "h.mjs", `export default ${GREETER}`],
		["a default export without a name", "h.mjs", `export default ${GREETER.replace("class Greeter", "class")}`],
		[
			"a default export of another name that is the only export",
			"h.mjs",
			`export default ${GREETER.replace("Greeter", "G")}`,
		],
		["an export of a CommonJS module", "h.cjs", `${GREETER} module.exports = { Greeter };`],
		["a CommonJS module that is the class", "h.cjs", `${GREETER} module.exports = Greeter;`],
		[
			"a module compiled from ESM",
			"h.cjs",
			`Object.defineProperty(exports, "__esModule", { value: true }); ${GREETER} exports.default = Greeter;`,
		],
		["a function", "h.mjs", "export const Greeter = ({ word }) => ({ onStateEnter: (s, c) => ({ ...c, word }) });"],
		["a module in a folder below", "below/h.mjs", `export ${GREETER}`],
	])("makes hooks of %s with the args", async (_what, name, text) => {
		await file(name, text);
		const hooks = await new HooksRegistry().resolve(moduleRef(name, "Greeter", { word: "hello" }));
		expect(await entered(hooks)).toEqual({ seen: true, word: "hello" });
	});

	it("stands together with names, in order", async () => {
		await file("h.mjs", `export ${GREETER}`);
		const last: MachineHooks = { onStateEnter: (_state, context) => ({ ...context, word: `${context.word}!` }) };
		const hooks = new HooksRegistry()
			.register("last", last)
			.resolve([moduleRef("./h.mjs", "Greeter", { word: "hey" }), { kind: "named", name: "last", args: {} }]);
		expect(hooks).toBeInstanceOf(Promise);
		expect(await entered(await hooks)).toEqual({ seen: true, word: "hey!" });
	});

	it("names the exports when the class is not among them", async () => {
		await file("h.mjs", `export ${GREETER} export const VERSION = 1;`);
		const resolving = new HooksRegistry().resolve(moduleRef("h.mjs", "Greter"));
		await expect(resolving).rejects.toBeInstanceOf(HookModuleError);
		await expect(resolving).rejects.toThrow(
			/exports no class `Greter`\. Did you mean `Greeter`\? It exports: `Greeter`, `VERSION`\./,
		);
	});

	it("takes the default export when the reference names no class", async () => {
		await file("h.mjs", `export default ${GREETER} export const VERSION = 1;`);
		const hooks = await new HooksRegistry().resolve(moduleRef("h.mjs", "", { word: "hi" }));
		expect(await entered(hooks)).toEqual({ seen: true, word: "hi" });
	});

	it("does not take a default export of another name when there are more exports", async () => {
		await file("h.mjs", `export default ${GREETER} export const VERSION = 1;`);
		await expect(new HooksRegistry().resolve(moduleRef("h.mjs", "Other"))).rejects.toThrow("exports no class `Other`");
	});

	it.each(["toString", "__proto__", "constructor"])("does not take the inherited export %s", async (className) => {
		await file("h.cjs", `${GREETER} module.exports = { Greeter };`);
		await expect(new HooksRegistry().resolve(moduleRef("h.cjs", className))).rejects.toMatchObject({
			code: "hook_module",
		});
	});

	it("says which file is missing", async () => {
		await expect(new HooksRegistry().resolve(moduleRef("gone.mjs", "Greeter"))).rejects.toThrow(
			`There is no hooks module ${join(dir, "gone.mjs")}`,
		);
	});

	it("says that a Python module has to be rewritten", async () => {
		await file("hooks.py", "class Greeter: pass");
		await expect(new HooksRegistry().resolve(moduleRef("hooks.py", "Greeter"))).rejects.toThrow(
			/is a Python module\. Write it as a JavaScript or TypeScript module/,
		);
	});

	it("passes on what the module's own code throws as the cause", async () => {
		await file("h.mjs", 'throw new RangeError("at the top");');
		await expect(new HooksRegistry().resolve(moduleRef("h.mjs", "Greeter"))).rejects.toMatchObject({
			code: "hook_module",
			message: expect.stringContaining("at the top"),
			cause: expect.objectContaining({ message: "at the top" }),
		});
	});
});

describe("the folder of a machine", () => {
	it.each(["../outside.mjs", "below/../../outside.mjs", "link.mjs", "linked/outside.mjs", "ABSOLUTE"])(
		"cannot be left by %s",
		async (name) => {
			const outside = await file("outside.mjs", `export ${GREETER}`);
			await mkdir(join(dir, "machine", "below"), { recursive: true });
			await symlink(outside, join(dir, "machine", "link.mjs"));
			await symlink(dir, join(dir, "machine", "linked"));
			const ref: HookRef = {
				kind: "module",
				file: name === "ABSOLUTE" ? outside : name,
				className: "Greeter",
				args: {},
				dir: join(dir, "machine"),
			};
			await expect(new HooksRegistry().resolve(ref)).rejects.toThrow(/is outside the machine's folder/);
			const open = new HooksRegistry({ modules: { roots: [dir] } });
			expect(await entered(await open.resolve(ref))).toEqual({ seen: true, word: undefined });
		},
	);
});

describe("loading a hooks module", () => {
	const HOOKS = "{ onStateEnter: (s, c) => ({ ...c, word: 'object' }) }";

	it.each([
		["a hooks object as default", `export default ${HOOKS};`, "object"],
		["a hooks object as `hooks`", `export const hooks = ${HOOKS};`, "object"],
		["a class", `export default ${GREETER}`, undefined],
		["a function", `export default () => (${HOOKS});`, "object"],
		["an instance of a class", `${GREETER} export default new Greeter({ word: "made" });`, "made"],
		["hook methods", "export function onStateEnter(s, c) { return { ...c, word: 'method' }; }", "method"],
	])("takes %s as hooks without a name", async (_what, text, word) => {
		const { hooks, registry } = await loadHooksModule(await file("h.mjs", text));
		expect(await entered(hooks)).toEqual({ seen: true, word });
		expect(registry.names()).toEqual(["distributed-worker", "logging", "metrics", "webhook"]);
	});

	it.each([
		["a map as default", `${GREETER} export default { greet: Greeter, other: ${HOOKS} };`],
		["a map as `hooks`", `${GREETER} export const hooks = { greet: Greeter, other: () => (${HOOKS}) };`],
		["named exports", `${GREETER} export { Greeter as greet }; export const other = ${HOOKS}; export const N = 1;`],
		[
			"a registry",
			`${GREETER} const entries = new Map([["greet", Greeter], ["other", ${HOOKS}]]);
			export default { names: () => [...entries.keys()], get: (n) => entries.get(n), register() {}, resolve() {} };`,
		],
	])("takes %s as hooks by name, beside the built-in ones", async (_what, text) => {
		const { hooks, registry } = await loadHooksModule(await file("h.mjs", text));
		expect(hooks).toBeNull();
		expect(registry.names()).toEqual(["distributed-worker", "greet", "logging", "metrics", "other", "webhook"]);
		const greet = await registry.resolve({ kind: "named", name: "greet", args: { word: "hi" } });
		expect(await entered(greet)).toEqual({ seen: true, word: "hi" });
		const other = await registry.resolve({ kind: "named", name: "other", args: {} });
		expect(await entered(other)).toEqual({ seen: true, word: "object" });
	});

	it("takes a HooksRegistry", async () => {
		const given = new HooksRegistry().register("mine", {}).register("metrics", { onError: () => "mine" });
		const path = await file("h.mjs", "");
		const { registry, hooks } = await loadHooksModule(path, { importer: async () => ({ default: given }) });
		expect(hooks).toBeNull();
		expect(registry.names()).toEqual(["distributed-worker", "logging", "metrics", "mine", "webhook"]);
		expect(registry.get("metrics")).toBe(given.get("metrics"));
	});

	it("adds to the registry that it is given", async () => {
		const mine = new HooksRegistry();
		const path = await file("h.mjs", `export const hooks = { a: ${HOOKS} };`);
		expect((await loadHooksModule(path, { registry: mine })).registry).toBe(mine);
		expect(mine.names()).toEqual(["a"]);
	});

	it.each([
		["nothing", "", "exports no hooks"],
		["constants only", "export const a = 1;", "exports no hooks"],
		["a number", "export default 5;", "exports number where hooks are expected"],
		["null", "export default null;", "exports null where hooks are expected"],
		["a list", "export default [];", "exports a list where hooks are expected"],
		["an empty object", "export default {};", "exports an empty object where hooks are expected"],
		["a map with a number", "export const hooks = { a: 5 };", "`a` of "],
		["a function that makes nothing", "export default () => {};", "to be an object with hook methods, got undefined"],
		["Python method names", "export default { on_action() {} };", "name it `onAction`"],
		["Python method names in a map", "export default { a: { on_action() {} } };", "name it `onAction`"],
	])("refuses a module with %s and says what is expected", async (_what, text, message) => {
		await expect(loadHooksModule(await file("h.mjs", text))).rejects.toThrow(message);
	});

	it("refuses a file that is no module", async () => {
		await expect(loadHooksModule(await file("h.txt", ""))).rejects.toThrow("to end in .js, .mjs, .cjs, .ts");
	});

	it("says that a module is missing", async () => {
		await expect(loadHooksModule(join(dir, "gone.mjs"))).rejects.toMatchObject({ code: "hook_module" });
	});
});

describe("importing TypeScript", () => {
	const failing = (code: string) => async () => {
		throw Object.assign(new Error("no"), { code });
	};

	it("says to compile it, or to use a newer Node, where Node cannot", async () => {
		await expect(importModule("/h.ts", failing("ERR_UNKNOWN_FILE_EXTENSION"))).rejects.toThrow(
			/cannot import TypeScript \(\/h\.ts\)\. Compile it .* or use Node 24 \(or 22\.18 and later\)/,
		);
	});

	it("says which syntax has to go where Node only strips types", async () => {
		await expect(importModule("/h.mts", failing("ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"))).rejects.toThrow(
			/Use only syntax that can be erased/,
		);
	});

	it("relies on the very error code of this Node, or on its type stripping", async () => {
		const path = await file("h.mts", "export const word: string = 'typed';");
		const script = `import(${JSON.stringify(pathToFileURL(path).href)}).then((m) => console.log(m.word), (e) => console.log(e.code))`;
		const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
		expect(["typed", "ERR_UNKNOWN_FILE_EXTENSION"]).toContain(stdout.trim());
	});
});
