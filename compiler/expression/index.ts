/** One expression language with two doors: conditions and templates. */
export { compileCondition } from "./compile-condition.ts";
export { type CompileOptions, compileTemplate, compileValue, type Finalize } from "./compile-template.ts";
export { ExpressionError, ExpressionSyntaxError } from "./errors.ts";
export type * from "./nodes.ts";
export { pythonEquals, pythonRepr, pythonStr, toPythonJson, truthy } from "./outside.ts";
export { parseCheck, parseCondition } from "./parse-condition.ts";
export { parseTemplate, type TemplateOptions } from "./parse-template.ts";
export { constantOf, isLiteral, mayThrow, type Reference, references } from "./references.ts";
export type { Scope } from "./values.ts";
