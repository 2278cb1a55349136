/** The form that samples of a value have in common, for values whose form nobody declares. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { ANY_SHAPE, type Shape } from "../solve/shape.ts";

/** A form that every sample fits; `any` where they have nothing in common. */
export function shapeOfSamples(samples: readonly unknown[]): Shape {
	const types = new Set(samples.map(typeOf));
	const [type, ...others] = types;
	if (type === undefined || type === "any") return ANY_SHAPE;
	if (others.length > 0) {
		const isNumber = types.size === 2 && types.has("int") && types.has("float");
		return isNumber ? { type: "float", required: true } : ANY_SHAPE;
	}
	if (type === "object") return objectShape(samples.filter(isRecord));
	if (type !== "list") return { type, required: true };
	const items = samples.flatMap((sample) => (Array.isArray(sample) ? sample : []));
	return { type, required: true, ...(items.length > 0 && { items: shapeOfSamples(items) }) };
}

/** Fields that some samples lack need not be there. */
function objectShape(samples: readonly Readonly<Record<string, unknown>>[]): Shape {
	const names = new Set(samples.flatMap((sample) => Object.keys(sample)));
	const properties = [...names].map((name): [string, Shape] => {
		const having = samples.filter((sample) => Object.hasOwn(sample, name));
		const shape = shapeOfSamples(having.map((sample) => sample[name]));
		return [name, { ...shape, required: having.length === samples.length }];
	});
	return { type: "object", required: true, properties: new Map(properties) };
}

function typeOf(value: unknown): Shape["type"] {
	switch (typeof value) {
		case "string":
			return "str";
		case "boolean":
			return "bool";
		case "number":
			return Number.isInteger(value) ? "int" : "float";
		default:
			return Array.isArray(value) ? "list" : isRecord(value) ? "object" : "any";
	}
}
