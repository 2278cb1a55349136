/** The test files that the pages show pass. */
import { expect, it } from "vitest";
import { files } from "../cli/files.ts";
import { runVitest } from "../testing/emitted-tests.ts";
import { blocksOf } from "./page.ts";

it.each([
	["docs/testing.md", "greet.yml", "kept/greeting.test.ts", ["start → greet → done", "start → greet → nobody"]],
	["docs/property-testing.md", "review.yml", "review.test.ts", ["nothing is judged or published before it is written"]],
])("runs the tests that %s shows", { timeout: 120_000 }, async (page, machine, tests, passed) => {
	const shown = new Map(blocksOf(page).map(({ values, text }) => [values.get("file"), text]));
	await using folder = files(Object.fromEntries([machine, tests].map((name) => [name, shown.get(name) ?? ""])));
	expect(await runVitest(folder.path)).toEqual({ passed, failed: [] });
});
