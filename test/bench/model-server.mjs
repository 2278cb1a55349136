/**
 * Child process of the benches of agents: a model on 127.0.0.1 that answers after so many milliseconds, and says in a
 * header how long it really took. A request with tools gets a call of the first until it has had so many results.
 */
import { createServer } from "node:http";

const [, , milliseconds, toolCalls = "0"] = process.argv;
const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

const server = createServer((request, response) => {
	const begun = performance.now();
	const chunks = [];
	request.on("data", (chunk) => chunks.push(chunk));
	request.on("end", () => {
		const { messages, tools } = JSON.parse(Buffer.concat(chunks).toString());
		const results = messages.filter(({ role }) => role === "tool").length;
		const call = { id: `call_${results}`, type: "function", function: { name: "add", arguments: `{"n":${results}}` } };
		const isDone = tools === undefined || results >= Number(toolCalls);
		const choice = isDone
			? { index: 0, message: { role: "assistant", content: "done" }, finish_reason: "stop" }
			: { index: 0, message: { role: "assistant", content: null, tool_calls: [call] }, finish_reason: "tool_calls" };
		const body = JSON.stringify({
			id: "x",
			object: "chat.completion",
			created: 0,
			model: "m",
			choices: [choice],
			usage,
		});
		const answer = () => {
			response.setHeader("x-took", String(performance.now() - begun));
			response.setHeader("content-type", "application/json");
			response.end(body);
		};
		if (Number(milliseconds) > 0) setTimeout(answer, Number(milliseconds));
		else answer();
	});
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${server.address().port}/v1\n`));
process.on("disconnect", () => process.exit());
