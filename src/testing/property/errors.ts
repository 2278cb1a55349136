/** What property tests throw beside what fast-check throws. */
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.ts";
import { formatDiagnostic } from "../../../compiler/diagnostics/format.ts";
import { didYouMean } from "../../../compiler/diagnostics/suggest.ts";
import { FlatstateError } from "../../../runtime/errors.ts";

/** A package that is not installed with flatstate is needed. */
export class MissingPackageError extends FlatstateError {
	constructor(name: string, what: string, options?: ErrorOptions) {
		super("missing_package", `${what} need the package ${name}. Install it with \`npm install -D ${name}\`.`, options);
	}
}

/** Invariants that cannot be read. `diagnostics` has all that is wrong with them, at its place. */
export class InvalidInvariantError extends FlatstateError {
	readonly diagnostics: readonly Diagnostic[];

	constructor(diagnostics: readonly Diagnostic[]) {
		const texts = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, { color: false }));
		super("invalid_invariant", texts.join("\n\n"));
		this.diagnostics = diagnostics;
	}
}

/** A name that the machine does not have. */
export class UnknownNameError extends FlatstateError {
	constructor(what: string, name: string, known: readonly string[]) {
		const near = didYouMean(name, known) ?? `it has: ${known.join(", ") || "none"}`;
		super("unknown_name", `The machine has no ${what} \`${name}\`: ${near}`);
	}
}
