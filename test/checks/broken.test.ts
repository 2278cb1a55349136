/** Every broken document gives its diagnostic, at its line and column, and nothing else that matters. */
import { describe, expect, it } from "vitest";
import { diagnosticCodes } from "../../compiler/diagnostics/codes.ts";
import { testBroken } from "./broken/broken-document.ts";
import { FLOW } from "./broken/flow.ts";
import { INVARIANTS } from "./broken/invariants.ts";
import { NAMES } from "./broken/names.ts";
import { PORTABLE } from "./broken/portable.ts";
import { SCHEMA } from "./broken/schema.ts";
import { TEMPLATES } from "./broken/templates.ts";

describe("schema", () => testBroken(SCHEMA));
describe("names", () => testBroken(NAMES));
describe("flow", () => testBroken(FLOW));
describe("templates and conditions", () => testBroken(TEMPLATES));
describe("invariants", () => testBroken(INVARIANTS));
describe("portability", () => testBroken(PORTABLE));

it("has a case for every code of the schema and of the checks", () => {
	const covered = new Set(
		[SCHEMA, NAMES, FLOW, TEMPLATES, INVARIANTS, PORTABLE].flat().map(({ gives }) => gives.split(" ")[0]),
	);
	const wanted = Object.keys(diagnosticCodes).filter((code) => /^FS(?:20(?:0[2-9]|10)|(?:[3-6]1|52)\d\d)$/.test(code));
	expect(wanted.filter((code) => !covered.has(code))).toEqual([]);
});
