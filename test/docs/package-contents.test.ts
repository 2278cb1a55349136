/** What `npm publish` would send. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

it("packs what was built and the pages, and nothing else", () => {
	const listing = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
		cwd: root,
		encoding: "utf8",
	});
	const paths = [...listing.matchAll(/"path": ?"([^"]+)"/g)].map(([, path]) => path ?? "");
	const expected = [/^dist\//, /^docs\/[\w-]+\.md$/, /^docs\/pictures\/[\w-]+\.(svg|png)$/, /^src\/diagram\/fonts\//];
	const others = paths.filter((path) => !expected.some((pattern) => pattern.test(path)));
	expect(others.toSorted()).toEqual(["LICENSE", "README.md", "package.json"]);
	expect(paths).toContain("docs/cli.md");
	expect(paths).toContain("src/diagram/fonts/LICENSE");
	expect(paths).toContain("dist/page/index.html");
	expect(paths).toContain("dist/page/LICENSES.md");
});
