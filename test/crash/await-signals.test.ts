/** A process that awaits a signal stays alive until it comes from another process, on every store, with no timer of its own. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { dist } from "../build-package.ts";
import { sharedStores } from "./stores.ts";

const program = (url: string, id: string) => `
	import { FlatMachine, openStore } from ${JSON.stringify(pathToFileURL(join(dist, "src/index.js")).href)};
	const store = await openStore(${JSON.stringify(url)});
	const states = {
		ask: { type: "initial", wait_for: ${JSON.stringify(id)}, output_to_context: { said: "output.word" }, transitions: [{ to: "end" }] },
		end: { type: "final", output: { said: "context.said" } },
	};
	const config = { spec: "flatmachine", spec_version: "4.2.1", data: { name: "ask", context: {}, states } };
	const { output } = await new FlatMachine({ config, store }).run({}, { executionId: ${JSON.stringify(id)}, awaitSignals: true });
	console.log(JSON.stringify(output));
	await store.close();
`;

describe.each(await sharedStores())("a process that awaits a signal on $name", ({ missing, open }) => {
	it.skipIf(missing !== undefined)("lives until it has come", async () => {
		const shared = await open();
		const id = `asking-${randomUUID()}`;
		try {
			await using store = await openStore(shared.url);
			const child = spawn(process.execPath, ["--input-type=module", "-e", program(shared.url, id)], {
				stdio: ["ignore", "pipe", "inherit"],
			});
			let said = "";
			child.stdout.setEncoding("utf8").on("data", (text) => {
				said += text;
			});
			const ended = once(child, "close");
			const waits = async () => (await store.persistence.listExecutionIds({ waitingChannel: id })).includes(id);
			await expect.poll(waits, { timeout: 10_000 }).toBe(true);
			await store.signals.send(id, { word: "hello" });
			expect(await ended).toEqual([0, null]);
			expect(said).toBe('{"said":"hello"}\n');
			await store.persistence.deleteExecution(id);
		} finally {
			await shared.remove();
		}
	});
});
