/** `metadata.invariants`: what must hold in every run, as expressions of the machine's own language (docs/property-testing.md). */
import { nearest } from "../diagnostics/suggest.ts";
import type { DocumentPath } from "../document/document.ts";
import { isRecord } from "../document/plain-data.ts";
import { ExpressionSyntaxError, parseCondition } from "../expression/index.ts";
import { type BuildScope, placeAt } from "./build-scope.ts";
import type { InvariantKind, PlannedInvariant } from "./plan.ts";
import { reportSyntax } from "./report-syntax.ts";

export const invariantKinds: readonly InvariantKind[] = ["always", "never", "eventually"];

/**
 * Plans invariants: under each kind an expression, a list of expressions, or a map from names to expressions.
 * @param path of the map that has the kinds as keys
 */
export function planInvariants(
	value: unknown,
	path: DocumentPath,
	scope: Pick<BuildScope, "reporter" | "expressionEngine">,
): PlannedInvariant[] {
	if (value === undefined || value === null) return [];
	if (!isRecord(value)) {
		report(path, "invariants are a map with `always`, `never` and `eventually`; this is not checked", scope);
		return [];
	}
	return Object.entries(value).flatMap(([key, entry]) => {
		const kind = invariantKinds.find((one) => one === key);
		if (kind !== undefined) return planKind(kind, entry, [key], path, scope);
		if (key.startsWith("x-")) return [];
		const near = nearest(key, invariantKinds);
		const { reporter } = scope;
		reporter.report("FS5202", {
			path: [...path, key],
			at: "key",
			message: `\`${key}\` is no kind of invariant, so it is not checked`,
			suggestion: near === undefined ? "known: `always`, `never`, `eventually`" : `did you mean \`${near}\`?`,
		});
		return [];
	});
}

/** @param below path of `value` below the map of invariants, which is at `base` */
function planKind(
	kind: InvariantKind,
	value: unknown,
	below: DocumentPath,
	base: DocumentPath,
	scope: Pick<BuildScope, "reporter" | "expressionEngine">,
	name?: string,
): PlannedInvariant[] {
	if (value === null || value === undefined) return [];
	const inList = below.length > 1;
	if (Array.isArray(value) && !inList) {
		return value.flatMap((entry: unknown, index) => planKind(kind, entry, [...below, index], base, scope));
	}
	if (isRecord(value) && name === undefined) {
		return Object.entries(value).flatMap(([key, entry]) => planKind(kind, entry, [...below, key], base, scope, key));
	}
	const path = [...base, ...below];
	if (typeof value !== "string" || value.trim() === "") {
		report(path, "an invariant is a text with an expression; this is not checked", scope);
		return [];
	}
	const { reporter, expressionEngine } = scope;
	try {
		const node = parseCondition(value, expressionEngine);
		return [{ kind, name: name ?? value, text: value, node, path: below, ...placeAt(reporter, path, "value") }];
	} catch (error) {
		if (!(error instanceof ExpressionSyntaxError)) throw error;
		reportSyntax("FS5201", error, path, reporter);
		return [];
	}
}

function report(path: DocumentPath, message: string, { reporter }: Pick<BuildScope, "reporter">): void {
	const suggestion = "write for example `never: context.approved and context.score < 8`";
	reporter.report("FS5202", { path, message, suggestion });
}
