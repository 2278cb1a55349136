import { expect, test } from "vitest";
import { documentFromValue } from "../../compiler/document/from-value.ts";

const problems = (value: unknown): string[] =>
	documentFromValue(value, { dir: "." }).diagnostics.map(({ code, path }) => `${code} ${path.join(".")}`);

test("an object becomes a deep copy of its own plain data", () => {
	const given = { data: { list: [1, { a: null }], gone: undefined }, [Symbol("s")]: 1 };
	const { document, diagnostics } = documentFromValue(given, { dir: "/here" });
	expect(diagnostics).toEqual([]);
	expect(document).toMatchObject({ file: "<inline>", dir: "/here", text: "" });
	expect(document?.value).toStrictEqual({ data: { list: [1, { a: null }] } });
	given.data.list.push(2);
	expect(document?.value).toStrictEqual({ data: { list: [1, { a: null }] } });
	expect(document?.rangeOf(["data"])).toBeUndefined();
});

test("an object that is used twice is copied twice", () => {
	const shared = { a: 1 };
	expect(documentFromValue({ x: shared, y: shared }, { dir: "." }).diagnostics).toEqual([]);
});

test("an object that contains itself is a diagnostic", () => {
	const circular: Record<string, unknown> = { a: {} };
	circular.a = { back: circular };
	expect(problems(circular)).toEqual(["FS1015 a.back"]);
});

test("what is not plain data is a diagnostic, each with its path", () => {
	const given = { f() {}, date: new Date(0), nan: Number.NaN, big: 1n, ok: 1 };
	expect(problems(given)).toEqual(["FS1015 f", "FS1015 date", "FS1015 nan", "FS1015 big"]);
});

test("getters are not called", () => {
	let called = false;
	const given = {
		get trap() {
			called = true;
			return 1;
		},
	};
	expect(problems(given)).toEqual(["FS1015 trap"]);
	expect(called).toBe(false);
});

test("an own key `__proto__` is refused", () => {
	expect(problems(JSON.parse('{"a": {"__proto__": {"x": 1}}}'))).toEqual(["FS1009 a.__proto__"]);
});

test("lists, scalars and very deep objects are diagnostics", () => {
	expect(problems([1])).toEqual(["FS1016 "]);
	expect(problems(5)).toEqual(["FS1016 "]);
	let deep: Record<string, unknown> = {};
	for (let level = 0; level < 50_000; level++) deep = { deep };
	expect(documentFromValue(deep, { dir: "." }).diagnostics.map(({ code }) => code)).toEqual(["FS1005"]);
});
