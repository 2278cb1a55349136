/**
 * The answers when the example runs offline. The reader searches what it is given, and nothing else, so a fact is only found
 * if the machine has shown it.
 */
export default function answer({ agent, last_user }) {
	if (agent === "planner") {
		const [, length, window] = /has (\d+) characters; at most (\d+) /.exec(last_user);
		return { json: { parts: Math.ceil(length / (window - 200)) } }; // 50 and more, if it had its way
	}
	const passages = [...new Set(last_user.match(/^Day \d+\..*blue toolbox.*$/gm) ?? [])];
	if (agent === "reader") return { json: { passages } };

	const lost = passages.find((passage) => passage.includes("overboard"));
	const found = passages.find((passage) => passage.includes("nets"));
	const told = [
		lost && `The carpenter's blue toolbox went overboard on day ${dayOf(lost)}.`,
		found && `A fishing boat brought it back in its nets on day ${dayOf(found)}.`,
	];
	return { json: { passages, answer: told.filter(Boolean).join(" ") } };
}

function dayOf(passage) {
	return /^Day (\d+)/.exec(passage)[1];
}
