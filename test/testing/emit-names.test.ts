/** Emitted tests are named as their scenarios are. */
import { expect, test } from "vitest";
import { testNames } from "../../src/testing/emit/test-names.ts";

function nameOf(name: string): string | undefined {
	return testNames([{ name }])[0];
}

test("the name is the scenario's, which is that of its path", () => {
	expect(nameOf("start → (build_char → append_char)×12 → done")).toBe("start → (build_char → append_char)×12 → done");
	expect(nameOf("the curator is content")).toBe("the curator is content");
});

test("a path that is too long keeps its ends", () => {
	const path = Array.from({ length: 40 }, (_, index) => `state_${index}`).join(" → ");
	expect(nameOf(path)).toBe(
		"state_0 → state_1 → state_2 → state_3 → … (32 more) … → state_36 → state_37 → state_38 → state_39",
	);
	const long = nameOf(`${"x".repeat(300)} → ${"y".repeat(300)} → ${"z".repeat(300)}`) ?? "";
	expect(long).toMatch(/^x+…$/);
	expect(long).toHaveLength(100);
});

test("names that are alike once they are short are numbered", () => {
	const states = (middle: string) => `${"first → ".repeat(10)}${middle} → ${"last → ".repeat(10)}done`;
	const [one, two, three] = testNames([{ name: states("a") }, { name: states("b") }, { name: "c" }]);
	expect(two).toBe(`${one} (2)`);
	expect(three).toBe("c");
});

test("a state's name can not break the line", () => {
	expect(nameOf("a\nb → done")).toBe("a b → done");
});
