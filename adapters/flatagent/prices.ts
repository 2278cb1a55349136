/** What models cost: the prices that come with the package, and those of the user over them. */
import type { Loader } from "../../compiler/document/loader.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { InvalidPricesError } from "./errors.ts";
import known from "./model-prices.json" with { type: "json" };
import { readDocument, reasonOf } from "./read-document.ts";

/** US dollars per million tokens. Without prices of their own, tokens of caches cost what input costs. */
export interface ModelPrice {
	readonly input: number;
	readonly output: number;
	readonly cache_read?: number;
	readonly cache_write?: number;
}

/** Prices by `provider/model`, or by `provider/*` for all models of a provider that are not named. */
export type ModelPrices = Readonly<Record<string, ModelPrice>>;

const knownPrices = checkPrices(known, "model-prices.json");

/**
 * The price of a model; a name that ends in a date has the price of the name without it.
 * @param own win over those of the package
 */
export function priceOf(provider: string, model: string, own: ModelPrices = {}): ModelPrice | undefined {
	const names = [model, model.replace(/-(?:\d{8}|\d{4}-\d\d-\d\d)$/, ""), "*"];
	for (const prices of [own, knownPrices]) {
		for (const name of names) {
			const key = `${provider}/${name}`;
			if (Object.hasOwn(prices, key)) return prices[key];
		}
	}
	return undefined;
}

/**
 * Reads a file of prices, YAML or JSON.
 * @param dir folder that a relative path starts from
 * @throws InvalidPricesError
 */
export function readPrices(file: string, dir: string, loader: Loader): ModelPrices {
	let value: unknown;
	try {
		value = readDocument(loader, dir, file);
	} catch (cause) {
		throw new InvalidPricesError(file, `it cannot be read as YAML or JSON: ${reasonOf(cause)}`, { cause });
	}
	return checkPrices(value, file);
}

/**
 * Checks the form of prices.
 * @param source names them in messages
 * @throws InvalidPricesError
 */
export function checkPrices(value: unknown, source: string): ModelPrices {
	if (!isRecord(value)) throw new InvalidPricesError(source, "it is no map");
	return Object.fromEntries(Object.entries(value).map(([model, price]) => [model, checkPrice(model, price, source)]));
}

function checkPrice(model: string, price: unknown, source: string): ModelPrice {
	if (!model.includes("/")) throw new InvalidPricesError(source, `\`${model}\` names no provider`);
	if (!isRecord(price)) throw new InvalidPricesError(source, `the price of \`${model}\` is no map`);
	const amount = (key: string): number | undefined => {
		const dollars = Object.hasOwn(price, key) ? price[key] : undefined;
		if (dollars === undefined) return undefined;
		if (typeof dollars === "number" && Number.isFinite(dollars) && dollars >= 0) return dollars;
		throw new InvalidPricesError(source, `\`${key}\` of \`${model}\` is no amount of dollars`);
	};
	const [input, output, cache_read, cache_write] = ["input", "output", "cache_read", "cache_write"].map(amount);
	if (input === undefined || output === undefined) {
		throw new InvalidPricesError(source, `\`${model}\` needs \`input\` and \`output\``);
	}
	return {
		input,
		output,
		...(cache_read !== undefined && { cache_read }),
		...(cache_write !== undefined && { cache_write }),
	};
}
