import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import { validateFile } from "../../src/compile.ts";
import { root } from "../build-package.ts";
import { runExample } from "./run-example.ts";

const folder = `${root}/examples`;
const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
	entry.isDirectory() ? [entry.name] : [],
);
const configs = names.flatMap((name) =>
	readdirSync(`${folder}/${name}/config`).map((file) => `${name}/config/${file}`),
);

describe("the examples", () => {
	test.each(names)(
		"%s runs offline and prints what its README promises",
		async (name) => {
			const { code, stdout, stderr } = await runExample([name]);
			expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: readFileSync(expectedFile(name), "utf8") });
		},
		120_000,
	);

	test.each(names)("%s explains itself", (name) => {
		const readme = readFileSync(`${folder}/${name}/README.md`, "utf8");
		expect(readme).toContain(`npm run example ${name}\n`);
		const hasModel = ["model.yml", "model.mjs"].some((file) => existsSync(`${folder}/${name}/${file}`));
		if (hasModel) expect(readme).toContain(`npm run example ${name} -- --model openai/`);
		// What a README shows is what is printed, up to a `...`.
		const printed = /^ {4}[[{][\s\S]*?(?=\n(?! {4})\S|\n*$)/m.exec(readme)?.[0].replace(/^ {4}/gm, "") ?? "";
		const [shown = ""] = printed.split(/^\s*\.\.\./m);
		expect(shown).not.toBe("");
		expect(readFileSync(expectedFile(name), "utf8")).toContain(shown.trimEnd());
	});

	test("are listed with a line each", async () => {
		const { code, stdout } = await runExample([]);
		expect(code).toBe(0);
		for (const name of names) expect(stdout).toMatch(new RegExp(`^${name} +\\w.{20,}$`, "m"));
	});

	test("an unknown name gets the nearest one proposed", async () => {
		const { code, stdout, stderr } = await runExample(["helo-world"]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toContain('There is no example "helo-world". Did you mean "helloworld"?');
	});
});

describe("the files of the examples", () => {
	test.each(configs)("%s is valid and points to its schema", (file) => {
		const path = `${folder}/${file}`;
		expect(validateFile(path).filter(({ severity }) => severity === "error")).toEqual([]);
		const text = readFileSync(path, "utf8");
		const [, schema = ""] = /(?:yaml-language-server: \$schema=|"\$schema": ")([\w./]+)/.exec(text) ?? [];
		const [, spec = ""] = /"?\bspec"?: "?(\w+)/.exec(text) ?? [];
		expect(existsSync(resolve(dirname(path), schema)), schema).toBe(true);
		expect(schema).toBe(`../../../dist/schemas/${spec === "flatprofile" ? "profile" : spec}.schema.json`);
	});
});

describe("helloworld", () => {
	test("retries the empty answer and the busy server, and asks again after answers that do not fit", async () => {
		const { stderr } = await runExample(["helloworld"]);
		const retries = stderr.split("\n").filter((line) => line.includes("retry"));
		expect(retries).toEqual([
			expect.stringContaining("`output`: it is empty."),
			expect.stringContaining("RateLimitError: 429 Too many requests, slow down."),
			expect.stringContaining("`output`: it holds no JSON."),
		]);
		// Thirteen characters, and one that did not fit.
		expect(stderr.match(/hello-world: build_char$/gm)).toHaveLength(14);
	});

	test("asks a real provider with its key when a model is named", async () => {
		const next = 'I say: {"next_char": "{{ \'Hello, World!\'[n] }}"}';
		await using provider = await startMockModel({ script: { "*": next }, token: "secret" });
		const { code, stdout } = await runExample(["helloworld", "--model", "openai/gpt-test"], {
			OPENAI_BASE_URL: provider.url,
			OPENAI_API_KEY: "secret",
		});
		expect({ code, stdout }).toEqual({ code: 0, stdout: '{"result": "Hello, World!", "success": true}\n' });
		expect(provider.requests.map(({ body }) => body.model)).toEqual(Array(13).fill("gpt-test"));
	});

	test("says which key is missing", async () => {
		const { code, stdout, stderr } = await runExample(["helloworld", "--model", "openai/gpt-test"]);
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(stderr).toContain("OPENAI_API_KEY");
	});
});

function expectedFile(name: string): string {
	return `${root}/test/examples/expected/${name}.txt`;
}
