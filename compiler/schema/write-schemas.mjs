/** Writes the published schemas into dist/schemas; run by `npm run schemas` after the TypeScript compiler. */
// biome-ignore lint/style/noRestrictedImports: a build step, not part of the compiler.
import { mkdirSync, writeFileSync } from "node:fs";
import { publishedSchema, SCHEMA_KINDS } from "../../dist/compiler/schema/index.js";

const folder = new URL("../../dist/schemas/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [kind, { file }] of Object.entries(SCHEMA_KINDS)) {
	writeFileSync(new URL(file, folder), `${JSON.stringify(publishedSchema(kind), null, "\t")}\n`);
}
