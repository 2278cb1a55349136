import type { DiagnosticCode } from "../compiler/diagnostics/codes.ts";

/** The text of docs/diagnostics.md. */
export function diagnosticsPage(codes: Readonly<Record<string, DiagnosticCode>>): string;
