/** Secrets whose values are known, and the search for them in all that is shown. */

const hidden = "[redacted]";
/** What is shorter stands in too many texts by chance. */
const shortestNamed = 6;
const shortestFound = 8;
/** Of those that were learned from a run; the oldest go first. */
const mostLearned = 500;
/** Longer ones are looked for one by one: a pattern must not be too large. */
const longestInPattern = 200;
const longestLearned = 20_000;
/** Secrets that are looked for one by one, too, before a new pattern is made of them. */
const mostUnpatterned = 32;

const secretName =
	/(?:api|access|private|signing|encryption|master)_?key|(?:^|_)key$|token|secret|passw(?:or)?d|passphrase|credential/i;

export interface KnownSecretsOptions {
	/** Values that the user has named. */
	readonly named: readonly string[];
	readonly environment: Readonly<Record<string, string | undefined>>;
}

export class KnownSecrets {
	readonly #given: readonly string[];
	readonly #learned = new Set<string>();
	#pattern: RegExp | undefined;
	/** Forms that are in no pattern. */
	#loose: string[] = [];
	#unpatterned = 0;

	constructor({ named, environment }: KnownSecretsOptions) {
		this.#given = [...named.filter(({ length }) => length >= shortestNamed), ...secretsOf(environment)];
		this.#build();
	}

	/** A value has stood under a name such as `password`: from now on it is hidden wherever it stands. */
	learn(value: unknown): void {
		if (typeof value === "object" && value !== null) {
			// It was read to be hidden; what is deep within it is hidden with it, and not looked for elsewhere.
			for (const part of Object.values(value).slice(0, mostUnpatterned))
				if (typeof part === "string") this.#learnText(part);
		} else if (typeof value === "string") this.#learnText(value);
	}

	/** The text without known secrets, also as they stand inside of JSON and of an address. */
	hide(text: string): string {
		let safe = this.#pattern ? text.replace(this.#pattern, hidden) : text;
		for (const form of this.#loose) if (safe.includes(form)) safe = safe.replaceAll(form, hidden);
		return safe;
	}

	#learnText(text: string): void {
		const [, credential] = /^(?:Bearer|Basic|Token|ApiKey)\s+(\S+)$/i.exec(text) ?? [];
		if (credential !== undefined) this.#learnText(credential);
		const isWord = !/\d|[^\p{L}\s._'-]/u.test(text);
		const fits = text.length >= shortestFound && text.length <= longestLearned;
		// A word may be the name of a state, or stand in any text.
		if (!fits || isWord || /^\d*$/.test(text) || text.includes(hidden) || this.#learned.has(text)) return;
		this.#learned.add(text);
		for (const oldest of this.#learned) {
			if (this.#learned.size <= mostLearned) break;
			this.#learned.delete(oldest);
		}
		this.#unpatterned += 1;
		if (this.#unpatterned > mostUnpatterned) this.#build();
		else this.#loose.unshift(...formsOf(text));
	}

	#build(): void {
		const forms = [...new Set([...this.#given, ...this.#learned].flatMap(formsOf))];
		// The longest first: of one that begins another nothing must be left.
		const sorted = forms.sort((a, b) => b.length - a.length);
		const short = sorted.filter(({ length }) => length <= longestInPattern);
		this.#loose = sorted.filter(({ length }) => length > longestInPattern);
		this.#unpatterned = 0;
		this.#pattern = short.length === 0 ? undefined : new RegExp(short.map(escaped).join("|"), "g");
	}
}

/** Values of the variables that are named like secrets, and passwords in addresses. */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>): string[] {
	const found = Object.entries(environment).flatMap(([name, value = ""]) => [
		...(secretName.test(name) ? [value] : []),
		...passwordIn(value),
	]);
	return found.filter((value) => value.length >= shortestFound);
}

function passwordIn(value: string): string[] {
	if (!/^[a-z][\w+.-]*:\/\/[^/?#]*@/i.test(value) || !URL.canParse(value)) return [];
	const { password } = new URL(value);
	return password === "" ? [] : [password, decoded(password)];
}

/** As it is, within JSON, within JSON that is a text of JSON, and within an address. */
function formsOf(secret: string): string[] {
	// Digits alone would be taken out of numbers and times.
	if (/^\d*$/.test(secret)) return [];
	const quoted = JSON.stringify(secret).slice(1, -1);
	return [...new Set([secret, quoted, JSON.stringify(quoted).slice(1, -1), encoded(secret)])];
}

function escaped(form: string): string {
	return form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function encoded(text: string): string {
	try {
		return encodeURIComponent(text);
	} catch {
		// Half of a character has no form in an address.
		return text;
	}
}
