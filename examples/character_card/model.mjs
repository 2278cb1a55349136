/**
 * The answers when the example runs offline. Vesna knows what stands in the messages that she is sent, and nothing else; and
 * without the instructions behind the history she would say what she is.
 */
export default function answer({ agent, messages, last_user }) {
	const all = messages.map(({ content }) => content).join("\n");
	const [, goal] = /going to (\w+)/.exec(all) ?? [];
	if (agent === "memory") return /going to/.test(all) ? `Ada is going to ${goal}, to her sister.` : "Nothing yet.";

	const [said] = last_user.split("\n\nSystem:");
	if (/computer/.test(said)) {
		const isPerson = /knows of no other way to be/.test(last_user);
		return isPerson ? "My watch runs on a spring. I run on coffee." : "I am a language model.";
	}
	if (/where I am going/.test(said)) {
		return goal
			? `To ${goal}, to your sister. I punched it into your ticket and into my head.`
			: "You have not told me.";
	}
	const answers = [
		[/going to/, "Trieste, then. Sit on the left: at six the sea comes in on that side, all at once."],
		[/at night/, "Somebody has to keep the dark company. Thirty-one years, and it has never said thank you."],
		[/window/, "Until Graz, yourself in the glass. After that, if you put out the lamp, deer."],
	];
	return answers.find(([question]) => question.test(said))?.[1] ?? "Mind the step.";
}
