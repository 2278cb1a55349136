import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedPaths } from "../../src/inspect/changed-paths.ts";

const json = fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__x"), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });

function valueAt(value: unknown, path: readonly string[]): unknown {
	return path.reduce<unknown>((at, key) => {
		if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
		return Reflect.get(at, key);
	}, value);
}

/** The value with what stands at these paths taken from the other. */
function withParts(before: unknown, after: unknown, paths: readonly (readonly string[])[]): unknown {
	const copy: unknown = structuredClone(before);
	// From behind: items of a list that are gone go from its end.
	for (const path of [...paths].reverse()) {
		const owner = valueAt(copy, path.slice(0, -1));
		const key = path.at(-1) ?? "";
		if (typeof owner !== "object" || owner === null) continue;
		const replacement = valueAt(after, path);
		if (replacement !== undefined) Reflect.set(owner, key, structuredClone(replacement));
		else if (Array.isArray(owner)) owner.splice(Number(key), 1);
		else Reflect.deleteProperty(owner, key);
	}
	return copy;
}

describe("changed paths", () => {
	it.each([
		[{ a: 1 }, { a: 1 }, []],
		[{ a: 1 }, { a: 2 }, [["a"]]],
		[{ a: { b: 1, c: 1 } }, { a: { b: 1, c: 2 } }, [["a", "c"]]],
		[{ a: [1, 2] }, { a: [1, 2, 3] }, [["a", "2"]]],
		[{ a: [1, 2, 3] }, { a: [1, 2] }, [["a", "2"]]],
		[{ a: { b: 1 } }, { a: [1] }, [["a"]]],
		[{ a: null }, {}, [["a"]]],
		[{}, { a: { b: 1 } }, [["a"]]],
	])("of %j and %j are %j", (before, after, paths) => {
		expect(changedPaths(before, after)).toEqual(paths);
	});

	it("are all that is needed to get from one to the other, and nothing that is the same", () => {
		fc.assert(
			fc.property(json, json, (before, after) => {
				const paths = changedPaths(before, after);
				expect(withParts(before, after, paths)).toEqual(after);
				for (const path of paths) expect(valueAt(before, path)).not.toEqual(valueAt(after, path) ?? Symbol());
			}),
		);
	});

	it("are no more than anybody reads", () => {
		const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]));
		expect(changedPaths({}, many, 10)).toHaveLength(10);
		expect(changedPaths(many, {}, 10)).toHaveLength(10);
	});
});
