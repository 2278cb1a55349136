/** Addresses of results: `flatagents://<execution id>/<path>` (spec section 10.6). */
import { ResultError } from "./errors.ts";

const SCHEME = "flatagents://";
const DEFAULT_PATH = "result";
const MAX_LENGTH = 2048;

/** The parts of a result's address. */
export interface ResultAddress {
	/** The execution whose result it is. */
	readonly id: string;
	/** What of it; `result` when the address does not say. */
	readonly path: string;
}

function hasControlCharacter(text: string): boolean {
	return [...text].some((character) => character < " " || character === "\u007f");
}

/** What nearly every address looks like: a foreach of 10,000 writes as many, so the rest of the checks is skipped. */
const plainAddress = /^flatagents:\/\/[\w-]{1,256}\/\w{1,256}$/;

function problemOf({ id, path }: ResultAddress, uri: string): string | undefined {
	if (plainAddress.test(uri)) return undefined;
	if (id === "" || id === "." || id === "..") {
		return "it names no execution";
	}
	if (id.includes("/")) {
		return "the id contains a slash";
	}
	if (path.split("/").some((part) => part === "" || part === "." || part === "..")) {
		return "its path has an empty, `.` or `..` part";
	}
	if (uri.length > MAX_LENGTH) {
		return `it is longer than ${MAX_LENGTH} characters`;
	}
	return hasControlCharacter(uri) ? "it contains a control character" : undefined;
}

function assertAddress(address: ResultAddress, uri: string): void {
	const problem = problemOf(address, uri);
	if (problem !== undefined) {
		throw new ResultError(
			"invalid_result_uri",
			`Expected a result's address of the form ${SCHEME}<execution id>/<path>, but ${problem}: ` +
				`${JSON.stringify(uri.slice(0, 200))}.`,
		);
	}
}

/**
 * Makes the address of a result.
 *
 * @param path default `result`
 * @throws {ResultError} `invalid_result_uri` when the id is empty or has a slash, or the path has an empty or dotted part
 */
export function resultUri(id: string, path: string = DEFAULT_PATH): string {
	const uri = `${SCHEME}${id}/${path}`;
	assertAddress({ id, path }, uri);
	return uri;
}

/** One text for all ways to write the same address. @throws {ResultError} `invalid_result_uri` */
export function canonicalResultUri(uri: string): string {
	const { id, path } = parseResultUri(uri);
	return resultUri(id, path);
}

/**
 * Takes an address apart; one without a path means `result`.
 *
 * @throws {ResultError} `invalid_result_uri` for another scheme, no id, or an empty or dotted part of the path
 */
export function parseResultUri(uri: string): ResultAddress {
	if (!uri.startsWith(SCHEME)) {
		throw new ResultError(
			"invalid_result_uri",
			`Expected a result's address to start with ${SCHEME}, got ${JSON.stringify(uri.slice(0, 200))}.`,
		);
	}
	const rest = uri.slice(SCHEME.length);
	const slash = rest.indexOf("/");
	const id = slash === -1 ? rest : rest.slice(0, slash);
	const path = slash === -1 ? "" : rest.slice(slash + 1);
	const address: ResultAddress = { id, path: path === "" ? DEFAULT_PATH : path };
	assertAddress(address, uri);
	return address;
}
