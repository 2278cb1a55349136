import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseResultUri, resultUri } from "../../runtime/results/result-uri.ts";

describe("a result's address", () => {
	it("is made of an id and a path, `result` by default", () => {
		expect(resultUri("run-1")).toBe("flatagents://run-1/result");
		expect(resultUri("run-1", "parts/2")).toBe("flatagents://run-1/parts/2");
	});

	it("keeps colons of ids that invokers make", () => {
		expect(parseResultUri("flatagents://run:peer:writer:0a1b2c3d/result")).toEqual({
			id: "run:peer:writer:0a1b2c3d",
			path: "result",
		});
	});

	it.each(["flatagents://run", "flatagents://run/"])("means the result when it has no path (%s)", (uri) => {
		expect(parseResultUri(uri)).toEqual({ id: "run", path: "result" });
	});

	it("is taken apart into what it was made of", () => {
		const part = fc.stringMatching(/^[\w:-]{1,12}$/);
		fc.assert(
			fc.property(part, fc.array(part, { minLength: 1, maxLength: 3 }), (id, parts) => {
				expect(parseResultUri(resultUri(id, parts.join("/")))).toEqual({ id, path: parts.join("/") });
			}),
		);
	});

	it.each([
		["another scheme", "https://run/result"],
		["a scheme in capitals", "FLATAGENTS://run/result"],
		["no id", "flatagents:///result"],
		["a dotted id", "flatagents://../result"],
		["a way upwards", "flatagents://run/a/../../b"],
		["an empty part", "flatagents://run/a//b"],
		["a control character", "flatagents://run/a\u0000b"],
		["no end", `flatagents://run/${"a".repeat(3000)}`],
	])("is refused with %s", (_what, uri) => {
		expect(() => parseResultUri(uri)).toThrow(expect.objectContaining({ code: "invalid_result_uri" }));
	});

	it("cannot be made of an id that would change its meaning", () => {
		expect(() => resultUri("a/b")).toThrow("the id contains a slash");
		expect(() => resultUri("")).toThrow("it names no execution");
		expect(() => resultUri("a", "../b")).toThrow("`..`");
	});
});
