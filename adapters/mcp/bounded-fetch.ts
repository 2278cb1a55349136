/** `fetch` that gives up answers of a server that are too large to be held. */

/** Bytes of one message: what the SDK takes on stdio, too. */
export const largestMessage = 10 * 1024 * 1024;

/**
 * Breaks off a body whose message grows too large: the whole body, or between two empty lines of an event stream, which may
 * stay open for hours.
 */
export async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
	const response = await fetch(url, init);
	if (!response.body) return response;
	const isStream = response.headers.get("content-type")?.includes("event-stream") === true;
	let size = 0;
	const count = new TransformStream<Uint8Array, Uint8Array>({
		transform(chunk, controller) {
			const endsMessage = isStream && /\n\r?\n/.test(Buffer.from(chunk).toString("latin1"));
			size = endsMessage ? 0 : size + chunk.byteLength;
			if (size > largestMessage) controller.error(new Error(`a message is larger than ${largestMessage} bytes`));
			else controller.enqueue(chunk);
		},
	});
	const { status, statusText, headers } = response;
	const body = response.body.pipeThrough(count);
	return new Response(body, { status, statusText, headers });
}
