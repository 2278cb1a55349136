/**
 * The answers when the example runs offline. The worker knows only those rules that stand in its prompt, and takes them at
 * their word: told to answer in cents, it does so when asked for a name. So every score follows from the text of a prompt.
 * The reflector turns the first mistake that it is shown into a rule, at first without thinking of other cases.
 */
const rules = {
	dates: "Write dates as YYYY-MM-DD.",
	cents: "Answer in whole cents, with nothing but the number.",
	centsOfAmounts: "Write amounts in whole cents, and names as they stand.",
	doubt: "When in doubt, answer: unknown.",
	notThere: "If the text does not say it, answer: unknown.",
};

export default function answer({ agent, messages, last_user }) {
	return agent === "worker" ? work(messages[0].content, last_user) : { json: { prompt: reflect(last_user) } };
}

const months = ["January", "February", "March", "April", "May", "June"];
const words = { first: 1, two: 2 };

function work(prompt, text) {
	const knows = (rule) => prompt.includes(rules[rule]);
	const asks = text.split(" ")[0];
	if (asks !== "When" && knows("cents")) return amountIn(text, knows) ?? "0";
	if (asks === "Who") return /M[rs] \w+/.exec(text)[0];
	const found = asks === "When" ? dateIn(text, knows) : amountIn(text, knows);
	return found ?? (knows("doubt") || knows("notThere") ? "unknown" : "Probably last week.");
}

function dateIn(text, knows) {
	const [, day, month, year] = /(\w+) (?:of )?(January|February|March|April|May|June) (\d{4})/.exec(text) ?? [];
	if (day === undefined || (day in words && knows("doubt"))) return undefined;
	if (!knows("dates")) return `${day} ${month} ${year}`;
	return [year, months.indexOf(month) + 1, words[day] ?? day].map((part) => String(part).padStart(2, "0")).join("-");
}

function amountIn(text, knows) {
	const [, amount] = /([\w.]+) euros/.exec(text) ?? [];
	if (amount === undefined || (amount in words && knows("doubt"))) return undefined;
	if (!knows("cents") && !knows("centsOfAmounts")) return `${amount} euros`;
	return String(Math.round((words[amount] ?? Number(amount)) * 100));
}

function reflect(asked) {
	const [, prompt] = /The prompt:\n([\s\S]*?)\n\nWhat it got wrong:/.exec(asked);
	const [, text, answered, wanted] = /- asked: (.*) \| answered: (.*) \| wanted: (.*)/.exec(asked);
	const swap = (rule, better) => prompt.replace(rules[rule], rules[better]);
	if (wanted === "unknown")
		return prompt.includes(rules.cents) ? swap("cents", "centsOfAmounts") : add(prompt, "doubt");
	if (answered === "unknown") return swap("doubt", "notThere");
	if (text.startsWith("Who")) return swap("cents", "centsOfAmounts");
	return add(prompt, text.startsWith("When") ? "dates" : "cents");
}

function add(prompt, rule) {
	return prompt.includes(rules[rule]) ? prompt : `${prompt} ${rules[rule]}`;
}
