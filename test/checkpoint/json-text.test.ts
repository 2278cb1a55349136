/** Values without a JSON form are stored as text, and named. */
import { expect, it } from "vitest";
import { toJsonText } from "../../runtime/checkpoint/json-text.ts";

function textOf(value: unknown): { readonly value: unknown; readonly replaced: readonly string[] } {
	const replaced: string[] = [];
	const text = toJsonText(value, (paths) => replaced.push(...paths));
	return { value: JSON.parse(text), replaced };
}

it("writes what JSON can write as JSON does, and warns of nothing", () => {
	const value = { a: [1, "x", null, { b: true }], at: new Date(0), gone: undefined };
	expect(textOf(value)).toEqual({
		value: { a: [1, "x", null, { b: true }], at: "1970-01-01T00:00:00.000Z" },
		replaced: [],
	});
	expect(textOf(undefined)).toEqual({ value: null, replaced: [] });
});

it("writes a BigInt, a cycle and what cannot be read as text, and keeps the rest", () => {
	const cyclic: Record<string, unknown> = { name: "c" };
	cyclic.self = cyclic;
	const revoked = Proxy.revocable({}, {});
	revoked.revoke();
	const unreadable = {
		toJSON() {
			throw new Error("not this one");
		},
	};
	expect(textOf({ big: 10n, cyclic, list: [unreadable], kept: 1 })).toEqual({
		value: { big: "10", cyclic: { name: "c", self: "[cycle]" }, list: ["[not this one]"], kept: 1 },
		replaced: ["big (bigint)", "cyclic.self (cycle)", "list[0] (Object)"],
	});
	expect(textOf({ odd: revoked.proxy, kept: 1 }).replaced).toHaveLength(1);
});

it("cuts off what is nested so deep that JSON would not come back, on any stack", () => {
	let deep: Record<string, unknown> = { end: true };
	for (let depth = 0; depth < 100_000; depth++) deep = { deep };
	const { value, replaced } = textOf({ deep, kept: 1 });
	expect(value).toMatchObject({ kept: 1 });
	expect(replaced).toHaveLength(1);
	expect(replaced[0]).toMatch(/\(depth\)$/);
});
