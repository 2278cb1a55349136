/** Inputs that a machine may be started with. */
import type { Arbitrary } from "fast-check";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { FlatContext } from "../solve/answer-space.ts";
import type { AnswerArbitraries } from "./answer-arbitraries.ts";
import { fastCheck } from "./fast-check.ts";
import { shapeOfSamples } from "./sample-shape.ts";
import { shapeArbitrary } from "./shape-arbitrary.ts";

/** Inputs with the keys that the machine reads, and often with values that decide its conditions. */
export function inputArbitrary({ space }: AnswerArbitraries): Arbitrary<FlatContext> {
	const samples = space.inputs();
	if (samples.length === 0) return fastCheck().constant({});
	return shapeArbitrary(shapeOfSamples(samples), samples).map((value) => (isRecord(value) ? value : {}));
}
