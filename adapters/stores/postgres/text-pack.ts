/** Many texts as one run of bytes, with the place of each, as Postgres' `substring` counts. */
export class TextPack {
	readonly #texts: string[] = [];
	#length = 0;

	/** @returns where each text begins, counted from 1, and how many bytes it has */
	add(texts: readonly string[]): readonly [from: number[], bytes: number[]] {
		const from: number[] = [];
		const bytes: number[] = [];
		for (const text of texts) {
			const length = Buffer.byteLength(text);
			from.push(this.#length + 1);
			bytes.push(length);
			this.#length += length;
			this.#texts.push(text);
		}
		return [from, bytes];
	}

	bytes(): Buffer {
		const all = Buffer.allocUnsafe(this.#length);
		let at = 0;
		for (const text of this.#texts) at += all.write(text, at);
		return all;
	}
}
