/** An address that has its user's name and password in it, as HTTP wants it: `fetch` refuses such addresses. */

export interface HttpAddress {
	/** Without user and password. */
	readonly url: URL;
	/** The header `Authorization` that they stand for. */
	readonly authorization: string | undefined;
}

/** Takes user and password out of an address. */
export function httpAddress(given: URL): HttpAddress {
	const url = new URL(given);
	const [user, password] = [url.username, url.password];
	if (user === "" && password === "") return { url, authorization: undefined };
	url.username = "";
	url.password = "";
	return { url, authorization: `Basic ${Buffer.from(`${decoded(user)}:${decoded(password)}`).toString("base64")}` };
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
