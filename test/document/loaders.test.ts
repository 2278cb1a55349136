import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileLoader } from "../../adapters/files/file-loader.ts";
import { LoaderError } from "../../compiler/document/loader.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";

const codeOf = (run: () => unknown): string | undefined => {
	try {
		run();
		return undefined;
	} catch (error) {
		return error instanceof LoaderError ? error.code : String(error);
	}
};

let outer = "";
let root = "";
beforeAll(() => {
	outer = realpathSync(mkdtempSync(join(tmpdir(), "flatstate-loader-")));
	root = join(outer, "root");
	mkdirSync(join(root, "sub"), { recursive: true });
	writeFileSync(join(outer, "secret.yml"), "secret: 1");
	writeFileSync(join(root, "a.yml"), "\ufeffa: é");
	writeFileSync(join(root, "binary.yml"), Buffer.from([0x61, 0xff, 0xfe]));
	symlinkSync(join(outer, "secret.yml"), join(root, "link.yml"));
	symlinkSync(outer, join(root, "up"));
	symlinkSync(join(root, "a.yml"), join(root, "sub", "inner.yml"));
});
afterAll(() => rmSync(outer, { recursive: true, force: true }));

describe("the file loader", () => {
	test("reads UTF-8 without its byte order mark", () => {
		const loader = fileLoader();
		const path = loader.resolve(root, "./a.yml");
		expect(path).toBe(join(root, "a.yml"));
		expect(loader.exists(path)).toBe(true);
		expect(loader.read(path)).toBe("a: é");
		expect(loader.dirOf(path)).toBe(root);
	});

	test("expands the home directory", () => {
		expect(fileLoader().resolve(root, "~/x.yml")).toBe(join(homedir(), "x.yml"));
	});

	test("says why a file cannot be read", () => {
		const loader = fileLoader({ maxBytes: 5 });
		expect(codeOf(() => loader.read(join(root, "none.yml")))).toBe("not_found");
		expect(codeOf(() => loader.read(join(root, "a.yml", "b.yml")))).toBe("not_found");
		expect(codeOf(() => loader.read(root))).toBe("not_a_file");
		expect(codeOf(() => loader.read(join(root, "a.yml")))).toBe("too_large");
		expect(codeOf(() => loader.read(join(root, "binary.yml")))).toBe("not_text");
		expect(loader.exists(root)).toBe(false);
	});

	test("confined, refuses whatever is outside of the root", () => {
		const loader = fileLoader().confined(root);
		for (const reference of [
			"../secret.yml",
			"sub/../../secret.yml",
			join(outer, "secret.yml"),
			"~/x.yml",
			"/dev/zero",
		]) {
			expect([reference, codeOf(() => loader.resolve(root, reference))]).toEqual([reference, "outside_root"]);
		}
		expect(codeOf(() => loader.read(join(outer, "secret.yml")))).toBe("outside_root");
		expect(codeOf(() => loader.exists(join(outer, "none.yml")))).toBe("outside_root");
	});

	test("confined, refuses links out of the root and follows those inside", () => {
		const loader = fileLoader().confined(root);
		expect(codeOf(() => loader.resolve(root, "link.yml"))).toBe("outside_root");
		expect(codeOf(() => loader.resolve(root, "up/secret.yml"))).toBe("outside_root");
		expect(codeOf(() => loader.resolve(root, "up/none.yml"))).toBe("outside_root");
		expect(loader.read(loader.resolve(root, "sub/inner.yml"))).toBe("a: é");
	});

	test("confined, still resolves files that do not exist yet", () => {
		const loader = fileLoader({ root });
		expect(loader.exists(loader.resolve(root, "sub/none.yml"))).toBe(false);
	});

	test("a root that is a link itself holds its files", () => {
		const link = join(outer, "root-link");
		symlinkSync(root, link);
		const loader = fileLoader({ root: link });
		expect(loader.read(loader.resolve(link, "a.yml"))).toBe("a: é");
	});
});

describe("the memory loader", () => {
	const loader = memoryLoader({ "machine.yml": "m", "./agents/writer.yml": "\ufeffw" });

	test("normalises paths", () => {
		expect(loader.resolve(".", "./agents/../machine.yml")).toBe("machine.yml");
		expect(loader.resolve("agents", "writer.yml")).toBe("agents/writer.yml");
		expect(loader.read("agents/writer.yml")).toBe("w");
		expect(loader.dirOf("agents/writer.yml")).toBe("agents");
		expect(loader.dirOf("machine.yml")).toBe(".");
	});

	test("knows what it does not have", () => {
		expect(loader.exists("none.yml")).toBe(false);
		expect(codeOf(() => loader.read("none.yml"))).toBe("not_found");
		expect(loader.exists("toString")).toBe(false);
	});

	test("has no way out", () => {
		expect(codeOf(() => loader.resolve(".", "../x.yml"))).toBe("outside_root");
		const agents = loader.confined("agents");
		expect(codeOf(() => agents.resolve("agents", "../machine.yml"))).toBe("outside_root");
		expect(agents.resolve("agents", "./writer.yml")).toBe("agents/writer.yml");
	});
});
