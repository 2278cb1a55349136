/** A server that is gone makes the same error many times a minute, on each connection; one in a while is told. */

const quietMs = 30_000;
const mostMessages = 50;

export function withoutRepeats(tell: (error: Error) => void): (error: Error) => void {
	const toldAt = new Map<string, number>();
	return (error) => {
		const now = performance.now();
		if (now - (toldAt.get(error.message) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
		if (toldAt.size >= mostMessages) toldAt.clear();
		toldAt.set(error.message, now);
		tell(error);
	};
}
