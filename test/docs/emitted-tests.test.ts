/** The test file that docs/testing.md shows passes. */
import { expect, it } from "vitest";
import { files } from "../cli/files.ts";
import { runVitest } from "../testing/emitted-tests.ts";
import { blocksOf } from "./page.ts";

it("runs the tests that the page about testing shows", { timeout: 120_000 }, async () => {
	const shown = new Map(blocksOf("docs/testing.md").map(({ values, text }) => [values.get("file"), text]));
	const [machine = "", tests = ""] = ["greet.yml", "kept/greeting.test.ts"].map((name) => shown.get(name));
	await using folder = files({ "greet.yml": machine, "kept/greeting.test.ts": tests });
	expect(await runVitest(folder.path)).toEqual({
		passed: ["start → greet → done", "start → greet → nobody"],
		failed: [],
	});
});
