/** Links between the pages lead somewhere, down to the heading. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import { pageNames, pageText, root } from "./page.ts";

/** Headings as anchors, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
	const headings = pageText(page).match(/^#{1,6} .*$/gm) ?? [];
	return new Set(
		headings.map((heading) =>
			heading
				.replace(/^#+ /, "")
				.toLowerCase()
				.replace(/[^\w\- ]/g, "")
				.replaceAll(" ", "-"),
		),
	);
}

function brokenLinks(page: string): string[] {
	const links = [...pageText(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
	return links.filter((target) => {
		if (/^https?:/.test(target)) return false;
		const [path = "", anchor] = target.split("#");
		const file = path === "" ? page : relative(root, join(root, dirname(page), path));
		if (!existsSync(join(root, file))) return true;
		return anchor !== undefined && !anchorsOf(file).has(anchor);
	});
}

it.each(pageNames().map((page) => [page]))("%s links to what exists", (page) => {
	expect(brokenLinks(page)).toEqual([]);
});

it("lists every page in the index", () => {
	const index = pageText("docs/README.md");
	const pages = pageNames().filter((page) => page !== "docs/README.md" && page !== "README.md");
	expect(pages.filter((page) => !index.includes(`(${page.replace("docs/", "")})`))).toEqual([]);
});

it("lists every entry of the package", () => {
	const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
	const listed = [...pageText("docs/README.md").matchAll(/^\|\s*`(flatstate[^`]*)`/gm)].map(([, entry]) => entry);
	expect(listed.sort()).toEqual(entries.map((entry) => `flatstate${entry.slice(1)}`).sort());
});

it("names only npm scripts that exist", () => {
	const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	const named = pageNames().flatMap((page) =>
		[...pageText(page).matchAll(/\bnpm (?:run )?([a-z]+)/g)].map(([, name]) => name),
	);
	expect(named).toContain("start");
	expect(named.filter((name) => name !== "install" && !Object.hasOwn(scripts, String(name)))).toEqual([]);
});

it("names only files and folders that exist", () => {
	const named = pageNames().flatMap((page) => [
		...pageText(page).matchAll(/`((?:compiler|runtime|adapters|src|docs|test|examples)\/[\w./-]*)`/g),
	]);
	expect(named.length).toBeGreaterThan(3);
	expect(named.map(([, path = ""]) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
