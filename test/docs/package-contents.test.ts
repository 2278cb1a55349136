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
	const others = paths.filter((path) => !path.startsWith("dist/") && !/^docs\/[\w-]+\.md$/.test(path));
	expect(others.toSorted()).toEqual(["LICENSE", "README.md", "package.json"]);
	expect(paths).toContain("docs/cli.md");
});
