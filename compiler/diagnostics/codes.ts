/**
 * The registry of every diagnostic. A code is never reused for something else. After a change, a build and
 * `node docs/write-diagnostics.mjs` write docs/diagnostics.md anew.
 */
import { documentCodes } from "./codes-document.ts";
import { expressionCodes } from "./codes-expression.ts";
import { flowCodes } from "./codes-flow.ts";
import { referenceCodes } from "./codes-reference.ts";
import { schemaCodes } from "./codes-schema.ts";
import { versionCodes } from "./codes-version.ts";
import type { DiagnosticCode } from "./diagnostic-code.ts";

export type { DiagnosticCode } from "./diagnostic-code.ts";

export const diagnosticCodes = Object.freeze({
	...documentCodes,
	...schemaCodes,
	...referenceCodes,
	...flowCodes,
	...expressionCodes,
	...versionCodes,
} satisfies Record<`FS${number}`, DiagnosticCode>);

/** A code of the registry. */
export type Code = keyof typeof diagnosticCodes;
