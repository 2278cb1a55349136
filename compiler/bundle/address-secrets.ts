/** Secrets within addresses, such as passwords, tokens in the query, and the long random part of a webhook's path. */

/** What stands for a secret that was left out: a name, so that YAML reads it as a text, and that an address may hold. */
export const leftOut = "left_out";

/** An address, whole or as a template makes it: its parts are not decoded, and all but the secrets stays as it is. */
const parts = /^(\s*([a-z][a-z\d+.-]*):\/\/)(?:([^\s/?#@]*)@)?([^\s/?#]*)([^\s?#]*)(\?[^\s#]*)?(#\S*)?(\s*)$/i;
const secretParameter = /key|token|secret|auth|passw|credential|sig(?:$|nature)|^code$/i;
const uuid = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i;

/** Where a variable of the environment is named, its value is put in later. */
const isReference = /^\$\{\w+\}$/;

export interface AddressWithout {
	/** The address with `left_out` for each secret. */
	readonly text: string;
	/** What was left out. */
	readonly secrets: readonly string[];
}

/** @returns undefined for what is no address, or has no secrets; one whose secrets were left out has them, too */
export function withoutAddressSecrets(text: string): AddressWithout | undefined {
	const found = parts.exec(text);
	if (!found) return undefined;
	const [, start = "", scheme = "", user, host = "", path = "", query = "", fragment = "", end = ""] = found;
	const secrets: string[] = [];
	const leave = (secret: string): string => {
		if (isReference.test(secret)) return secret;
		secrets.push(secret);
		return leftOut;
	};
	const isWeb = /^(?:https?|wss?)$/i.test(scheme);
	const credentials = user === undefined ? "" : `${withoutCredentials(user, isWeb, leave)}@`;
	const safePath = isWeb ? path.replace(/[^/]+/g, (part) => (isRandom(part) ? leave(part) : part)) : path;
	const parameters = (given: string): string =>
		given.replace(/([?&#])([^=&#]+)=([^&#]+)/g, (whole, before: string, name: string, value: string) =>
			secretParameter.test(name) || isRandom(value) ? `${before}${name}=${leave(value)}` : whole,
		);
	const safe = start + credentials + host + safePath + parameters(query) + parameters(fragment) + end;
	return secrets.length === 0 ? undefined : { text: safe, secrets: secrets.filter((secret) => secret !== leftOut) };
}

/** A database's user is no secret; before the host of a web server either part may be a token. */
function withoutCredentials(user: string, isWeb: boolean, leave: (secret: string) => string): string {
	const [name = "", ...rest] = user.split(":");
	const safeName = isWeb && name !== "" ? leave(name) : name;
	const password = rest.join(":");
	return rest.length === 0 ? safeName : `${safeName}:${password === "" ? "" : leave(password)}`;
}

/** What nobody would write as a name: a UUID, or letters and digits mixed at some length. */
function isRandom(part: string): boolean {
	if (part === leftOut || uuid.test(part)) return true;
	return (part.match(/[a-z\d]{16,}/gi) ?? []).some((run) => /\d/.test(run) && /[a-z]/i.test(run));
}
