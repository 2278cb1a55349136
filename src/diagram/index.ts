/** `flatstate/diagram`: a machine as a picture. */
export type { CoverageMark, MachineCoverage } from "./coverage.ts";
export type * from "./diagram.ts";
export { type DiagramOptions, diagramOf } from "./diagram-of.ts";
export { toDot } from "./dot.ts";
export { DiagramError } from "./errors.ts";
export { type LayOutOptions, layOut } from "./lay-out.ts";
export { toMermaid } from "./mermaid.ts";
export { type PngOptions, toPng } from "./png.ts";
export { matchCoverage, readCoverage } from "./read-coverage.ts";
export { type SvgOptions, toSvg } from "./svg.ts";
export type { Theme } from "./svg-style.ts";
