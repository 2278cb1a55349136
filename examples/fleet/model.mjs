/**
 * The answers when the example runs offline. Each takes a tenth of a second, as if somebody had to think, so that a worker that
 * is killed has letters in hand.
 */
export default function answer({ agent, last_user }) {
	return { content: agent === "reader" ? read(last_user) : sort(last_user), latency_ms: 100 };
}

function read(letter) {
	const [, year, thing] = /In (\d{4}) we were given (.+?) by/.exec(letter) ?? [];
	return `${thing}, ${year}`;
}

function sort(subject) {
	return `${subject.slice(-4, -1)}0s`;
}
