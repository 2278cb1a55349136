/** Mechanical cures of diagnostics. */
export { applyFixes, fixesByFile } from "./apply-fixes.ts";
export { withConditionFixes } from "./condition-fixes.ts";
export { mendCondition } from "./mend-condition.ts";
export { scalarText } from "./scalar-text.ts";
