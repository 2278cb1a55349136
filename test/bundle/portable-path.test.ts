import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	isPortablePath,
	joinPortable,
	leavesFolder,
	portableFolder,
	portablePath,
} from "../../compiler/bundle/portable-path.ts";

describe("portable paths", () => {
	test.each([
		["/home/a", "/home/a/m.yml", "m.yml"],
		["/home/a", "/home/a/b/m.yml", "b/m.yml"],
		["/home/a", "/home/ab/m.yml", "../ab/m.yml"],
		["/home/a", "/etc/m.yml", "../../etc/m.yml"],
		["/home/a", "/home/a", "."],
		["/", "/m.yml", "m.yml"],
		["C:\\a\\b", "C:\\a\\m.yml", "../m.yml"],
		["C:\\a", "D:\\m.yml", "../../D:/m.yml"],
		["\\\\host\\share", "\\\\host\\share\\a\\m.yml", "a/m.yml"],
		[".", "a/m.yml", "a/m.yml"],
		["a", "m.yml", "../m.yml"],
		["..", "../m.yml", "m.yml"],
		[".", "../../m.yml", "../../m.yml"],
		["../shared", "m.yml", "../~1/m.yml"],
		["../../shared", "m.yml", "../~2/~1/m.yml"],
		["../../shared", "../m.yml", "../~2/m.yml"],
	])("from %s to %s: %s", (folder, path, expected) => {
		expect(portablePath(folder, path)).toBe(expected);
	});

	test.each([
		[".", "./a/../m.yml", "m.yml"],
		["a", "m.yml", "a/m.yml"],
		["a", "../../m.yml", "../m.yml"],
		["..", "../m.yml", "../../m.yml"],
		["a", "/m.yml", "/m.yml"],
		["a", "~/m.yml", "~/m.yml"],
		["a", "C:\\m.yml", "C:\\m.yml"],
		["a", "~m.yml", "a/~m.yml"],
		["a", "..", "."],
	])("in %s the reference %s: %s", (dir, reference, expected) => {
		expect(joinPortable(dir, reference)).toBe(expected);
	});

	test("lead from any folder to any file and back", () => {
		const name = fc.constantFrom("a", "b", "c.yml", "..x");
		const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
		fc.assert(
			fc.property(path, path, (folder, file) => {
				const portable = portablePath(folder, `${file}/m.yml`);
				expect(isPortablePath(portable)).toBe(true);
				const back = joinPortable(folder.slice(1), portable);
				expect(`/${back}`).toBe(`${file}/m.yml`);
			}),
		);
	});

	test("say whether they leave the folder", () => {
		expect(["..", "../a", "/a", "~/a", "C:/a"].filter((path) => !leavesFolder(path))).toEqual([]);
		expect([".", "a", "..a", "a/b"].filter(leavesFolder)).toEqual([]);
		expect(["m.yml", "a/m.yml", "../m.yml"].map(portableFolder)).toEqual([".", "a", ".."]);
	});
});
