import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadPackage } from "../../adapters/frameworks/load-package.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";

interface Framework {
	readonly run: () => string;
}

const wanted = { name: "a-framework", neededBy: "Agents of the type `x`", functions: ["run" as const] };

async function installed(folder: string, text: string, name = "a-framework"): Promise<void> {
	const file = join(folder, "node_modules", name, "index.js");
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, text);
	await writeFile(join(dirname(file), "package.json"), JSON.stringify({ name, type: "module", exports: "./index.js" }));
}

test("a package is loaded from the first folder that has it", async () => {
	await using first = await temporaryFolder();
	await using second = await temporaryFolder();
	await using third = await temporaryFolder();
	await installed(second.path, "export const run = () => 'second';");
	await installed(third.path, "export const run = () => 'third';");
	const framework = await loadPackage<Framework>(wanted, [first.path, second.path, third.path]);
	expect(framework.run()).toBe("second");
});

test("folders above a machine's are looked in, as an import there would", async () => {
	await using project = await temporaryFolder();
	const machine = join(project.path, "machines", "review");
	await mkdir(machine, { recursive: true });
	await installed(project.path, "export const run = () => 'project';");
	expect((await loadPackage<Framework>(wanted, [machine])).run()).toBe("project");
});

test("the copy is the one that a module of the folder imports, through links too", async () => {
	await using project = await temporaryFolder();
	await using elsewhere = await temporaryFolder();
	await installed(elsewhere.path, "export const run = () => 'linked';");
	await mkdir(join(project.path, "node_modules"));
	await symlink(join(elsewhere.path, "node_modules/a-framework"), join(project.path, "node_modules/a-framework"));
	await writeFile(join(project.path, "agent.mjs"), "export * from 'a-framework';");
	const loaded = await loadPackage<Framework>(wanted, [project.path]);
	expect(loaded.run).toBe((await import(join(project.path, "agent.mjs"))).run);
});

test("what is nowhere else comes from flatstate's own dependencies", async () => {
	await using folder = await temporaryFolder();
	const yaml = await loadPackage<{ parse: (text: string) => unknown }>(
		{ ...wanted, name: "yaml", functions: ["parse"] },
		[folder.path],
	);
	expect(yaml.parse("a: 1")).toEqual({ a: 1 });
});

test("a missing package is an error that says what to install and where it was looked for", async () => {
	await using folder = await temporaryFolder();
	const loading = loadPackage<Framework>(
		{ ...wanted, name: "@an-org/framework/agent", install: ["@an-org/framework", "zod"] },
		[folder.path],
	);
	await expect(loading).rejects.toMatchObject({
		name: "PackageError",
		code: "package_missing",
		message: expect.stringMatching(/Agents of the type `x` .*`npm install @an-org\/framework zod`/),
	});
	await expect(loading).rejects.toThrow(folder.path);
});

test("without a list, what is to be installed is the package of the entry point", async () => {
	await expect(loadPackage({ ...wanted, name: "@an-org/framework/agent" }, [])).rejects.toThrow(
		"`npm install @an-org/framework`",
	);
	await expect(loadPackage({ ...wanted, name: "a-framework/agent" }, [])).rejects.toThrow("`npm install a-framework`");
});

test("a package that fails to load is not taken for a missing one", async () => {
	await using folder = await temporaryFolder();
	await installed(folder.path, "throw new Error('no key');");
	await expect(loadPackage<Framework>(wanted, [folder.path])).rejects.toMatchObject({
		code: "package_failed",
		message: expect.stringContaining("no key"),
		cause: expect.objectContaining({ message: "no key" }),
	});
});

test("a version without a function that is needed does not fit", async () => {
	await using folder = await temporaryFolder();
	await installed(folder.path, "export const walk = () => 'old';");
	await expect(loadPackage<Framework>(wanted, [folder.path])).rejects.toMatchObject({
		code: "package_unfit",
		message: expect.stringMatching(/a-framework.* has no run\..*npm install a-framework/),
	});
});
