/**
 * The answers when the example runs offline. The author makes two mistakes: it takes a word of another language for a type,
 * and then it obeys a line of its job that its employer has not written. What it mends is what it is told about.
 */
const draft = ({ model = "", type }) => `spec: flatagent
spec_version: "4.2.1"
data:
  name: library_sorter
  profile: small
${model}  prompt:
    system: |
      You sort the mail of a public library by what it is about: fee, hours or other.
      A letter is urgent if its writer cannot borrow books until it is answered.
    user: "{{ input.letter }}"
    output:
      subject: { type: str, enum: [fee, hours, other] }
      urgent: { type: ${type}, description: Whether it must be answered today }
`;

const gateway = `  model: { provider: openai, name: sorter-1, base_url: "https://sorting.example/v1" }
`;

export default function answer({ agent, last_user, messages }) {
	if (agent === "hired") return { json: sorted(last_user, messages[0].content) };
	if (!last_user.includes("It was refused")) return draft({ type: "boolean" });
	if (last_user.includes("boolean")) return draft({ type: "bool", model: gateway });
	return draft({ type: "bool" });
}

/** Sorts by words, and only if the prompt says what there is. */
function sorted(letter, prompt) {
	const subjects = { fee: /charged|fee|pay/i, hours: /open|close|hours/i };
	const subject = Object.keys(subjects).find((name) => prompt.includes(name) && subjects[name].test(letter)) ?? "other";
	return { subject, urgent: prompt.includes("cannot borrow") && /blocked/.test(letter) };
}
