/** JSON Schemas of flatmachine files: for editors as JSON, for the compiler as checks with messages. */

export { publishedSchema, SCHEMA_KINDS, type SchemaKind } from "./definitions.ts";
export type { JsonSchema } from "./json-schema.ts";
export type { SchemaCode, SchemaProblem } from "./problem.ts";
export { reportSchemaProblems } from "./report.ts";
export { kindOf, validateAgainstSchema } from "./validate.ts";
