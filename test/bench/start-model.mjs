/** Starts `model-server.mjs` in a process of its own, so that its work is not measured. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** @returns its base URL, and what ends it */
export async function startModel(milliseconds, toolCalls = 0) {
	const script = fileURLToPath(new URL("model-server.mjs", import.meta.url));
	const child = fork(script, [String(milliseconds), String(toolCalls)], {
		stdio: ["ignore", "pipe", "inherit", "ipc"],
	});
	const [line] = await once(child.stdout, "data");
	return { url: String(line).trim(), stop: () => child.disconnect() };
}
