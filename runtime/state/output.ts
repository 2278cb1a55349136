/** Writes a state's output into the context (spec section 4.5: in order, later templates see earlier results). */
import type { Visit } from "./visit.ts";

/** Applies `output_to_context`. @throws ExpressionError */
export function applyOutput(visit: Visit, output: unknown): void {
	for (const [key, structure] of visit.state.outputToContext) visit.set(key, visit.render(structure, output));
}
