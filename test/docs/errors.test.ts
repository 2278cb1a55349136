/** The page on running names every error class that can be met, and its code. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pageNames, pageText, root } from "./page.ts";

/** Never leave the code that throws them. */
const inner = new Set([
	"TooMuch",
	"Fault",
	"RefusedRequest",
	"FlatstateError",
	"ExpressionSyntaxError",
	"NoAnswerError",
	"NotConnectedError",
	"TimeLimitReached",
	"LeftToFleet",
]);

function sources(): string[] {
	return ["compiler", "runtime", "adapters", "src"].flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
			.filter((file) => file.endsWith(".ts"))
			.map((file) => readFileSync(join(root, folder, file), "utf8")),
	);
}

/** Of JavaScript and the `openai` client, and types of programs' failures, which are data and no classes. */
const foreign = new Set([
	"AbortError",
	"TypeError",
	"RateLimitError",
	"APIConnectionError",
	"AuthenticationError",
	"ProgramError",
	"SessionNotFoundError",
]);

function errorClasses(): string[] {
	return sources().flatMap((text) =>
		[...text.matchAll(/^(?:export )?class (\w+) extends \w*Error\b/gm)].map(([, name = ""]) => name),
	);
}

it("names every error class", () => {
	const classes = errorClasses();
	expect(classes).toContain("TimeoutError");
	const page = pageText("docs/runtime.md");
	expect(classes.filter((name) => !inner.has(name) && !page.includes(`\`${name}\``))).toEqual([]);
});

it.each(pageNames().map((page) => [page]))("%s names only error classes that exist", (page) => {
	const classes = new Set(errorClasses());
	const named = [...pageText(page).matchAll(/`([A-Z]\w+Error)`/g)].map(([, name = ""]) => name);
	expect(named.filter((name) => !classes.has(name) && !foreign.has(name))).toEqual([]);
});

it("names every code that these classes give", () => {
	const page = pageText("docs/runtime.md");
	const codes = sources().flatMap((text) => [
		...[...text.matchAll(/\bsuper\(\s*"([a-z_]+)"/g)].map(([, code = ""]) => code),
		...[...text.matchAll(/new (?:HookError|ResultError|ProfileError)\(\s*"([a-z_]+)"/g)].map(([, code = ""]) => code),
		...[...text.matchAll(/readonly code = "([a-z_]+)"/g)].map(([, code = ""]) => code),
	]);
	expect(codes.length).toBeGreaterThan(20);
	const outside = new Set([
		"usage",
		"limit_reached",
		"expression_syntax",
		"invalid_mock_script",
		"mock_script_exhausted",
	]);
	expect([...new Set(codes)].filter((code) => !outside.has(code) && !page.includes(`\`${code}\``))).toEqual([]);
});
