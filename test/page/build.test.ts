/** What the build makes of the page: files of its own only, and the licences of everything that is joined into them. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { dist } from "../build-package.ts";

const folder = resolve(dist, "page");
const read = (name: string) => readFileSync(resolve(folder, name), "utf8");

it("has one page, which loads hashed files beside it and nothing else", () => {
	const html = read("index.html");
	const loaded = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, path]) => path ?? "");
	expect(loaded.length).toBeGreaterThan(2);
	const assets = readdirSync(resolve(folder, "assets"));
	for (const path of loaded) {
		expect(path).toMatch(/^\.\/assets\/[\w-]+-[\w-]{8}\.(?:js|css|svg)$/);
		expect(assets).toContain(path.slice("./assets/".length));
	}
	expect(html).not.toMatch(/<script[^>]*>[^<]|<style|\bon\w+=/);
});

it("loads nothing from a style sheet, and evaluates no text as code", () => {
	for (const name of readdirSync(resolve(folder, "assets"))) {
		const text = read(`assets/${name}`);
		if (name.endsWith(".css")) expect(text).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//);
		if (name.endsWith(".js")) expect(text).not.toMatch(/\beval\(|new Function\(/);
	}
});

it("stays small enough to be loaded in a moment", () => {
	const size = readdirSync(resolve(folder, "assets")).reduce((sum, name) => sum + read(`assets/${name}`).length, 0);
	expect(size).toBeLessThan(700_000);
});

it("names the licence of each package that is in it, with its text", () => {
	const licences = read("LICENSES.md");
	for (const name of ["react", "react-dom", "scheduler", "@xyflow/react", "@xyflow/system", "zustand", "d3-zoom"]) {
		expect(licences).toMatch(new RegExp(`^## ${name} - .*\\((?:MIT|ISC)\\)\\n[\\s\\S]*?ermission`, "m"));
	}
	for (const section of licences.split(/^## /m).slice(1)) expect(section.length, section).toBeGreaterThan(300);
});
