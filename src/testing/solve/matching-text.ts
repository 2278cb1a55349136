/** Makes a text that a regular expression matches, with a given text in its first group. Knows the common syntax only. */

/**
 * @param source of the pattern
 * @param group what the first group is to hold; default: the shortest that it matches
 * @returns undefined for syntax that is not known: then no text is better than a wrong one
 */
export function matchOf(source: string, group?: string): string | undefined {
	const reader = new PatternReader(source, group);
	const text = reader.alternatives();
	return reader.isDone && text !== undefined ? text : undefined;
}

const classes: Readonly<Record<string, string>> = { d: "1", w: "a", s: " ", D: "a", W: " ", S: "a", b: "", B: "" };
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

class PatternReader {
	readonly #source: string;
	readonly #group: string | undefined;
	#at = 0;
	#groups = 0;
	#isUnknown = false;

	constructor(source: string, group: string | undefined) {
		this.#source = source;
		this.#group = group;
	}

	get isDone(): boolean {
		return !this.#isUnknown && this.#at === this.#source.length;
	}

	/** The first of the alternatives; the others are read past. */
	alternatives(): string {
		const first = this.#sequence();
		while (this.#source[this.#at] === "|") {
			this.#at++;
			this.#sequence();
		}
		return first;
	}

	#sequence(): string {
		let text = "";
		while (this.#at < this.#source.length && !this.#isUnknown && !"|)".includes(this.#source[this.#at] ?? "")) {
			text += this.#repeated(this.#atom());
		}
		return text;
	}

	#atom(): string {
		const sign = this.#source[this.#at++] ?? "";
		switch (sign) {
			case "^":
			case "$":
				return "";
			case ".":
				return "a";
			case "\\":
				return this.#escape();
			case "[":
				return this.#oneOf();
			case "(":
				return this.#brackets();
			default:
				return sign;
		}
	}

	#escape(): string {
		const sign = this.#source[this.#at++] ?? "";
		if (/[1-9kpPux]/.test(sign)) this.#isUnknown = true;
		return classes[sign] ?? escapes[sign] ?? sign;
	}

	/** `[…]`: its first sign; of what it excludes, the first common sign that is not excluded. */
	#oneOf(): string {
		const match = /^(\^?)((?:\\.|[^\]\\])*)\]/.exec(this.#source.slice(this.#at));
		if (!match) {
			this.#isUnknown = true;
			return "";
		}
		this.#at += match[0].length;
		const pattern = new RegExp(`[${match[0]}`);
		const sign = [..."1aA _-.,:;/\"'{}[]()<>\n"].find((candidate) => pattern.test(candidate));
		const own = match[2]?.[0] ?? "";
		if (sign === undefined && !pattern.test(own)) this.#isUnknown = true;
		return sign ?? own;
	}

	#brackets(): string {
		const special = /^\?(?::|<[A-Za-z_]\w*>)/.exec(this.#source.slice(this.#at));
		if (!special && this.#source[this.#at] === "?") {
			this.#isUnknown = true;
			return "";
		}
		this.#at += special?.[0].length ?? 0;
		const isGroup = special?.[0] !== "?:";
		const number = isGroup ? ++this.#groups : 0;
		const text = this.alternatives();
		if (this.#source[this.#at++] !== ")") this.#isUnknown = true;
		return number === 1 ? (this.#group ?? text) : text;
	}

	#repeated(text: string): string {
		const match = /^(?:([*?+])|\{(\d+)(?:,\d*)?\})\??/.exec(this.#source.slice(this.#at));
		if (!match) return text;
		this.#at += match[0].length;
		if (match[2] !== undefined) return text.repeat(Math.min(Number(match[2]), 100));
		return match[1] === "+" ? text : match[1] === "?" ? text : "";
	}
}
