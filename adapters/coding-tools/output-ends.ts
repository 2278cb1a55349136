/** The beginning and the end of what a command writes; what is between is counted, not kept. */

/** Bytes of each. */
const mostBytes = 25_000;

export class OutputEnds {
	#head = Buffer.alloc(0);
	#tail = Buffer.alloc(0);
	#dropped = 0;

	add(chunk: Buffer): void {
		const room = mostBytes - this.#head.length;
		if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)]);
		const rest = chunk.subarray(Math.max(0, room));
		if (rest.length === 0) return;
		const joined = Buffer.concat([this.#tail, rest]);
		this.#dropped += Math.max(0, joined.length - mostBytes);
		this.#tail = joined.subarray(-mostBytes);
	}

	/** Ends with a line end, unless it is empty. */
	text(): string {
		const between = this.#dropped > 0 ? `\n… [${this.#dropped} more bytes]\n` : "";
		const text = `${this.#head.toString()}${between}${this.#tail.toString()}`;
		return text === "" || text.endsWith("\n") ? text : `${text}\n`;
	}
}
