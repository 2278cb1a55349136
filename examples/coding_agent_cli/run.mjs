import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codingTools, FlatMachine } from "flatstate";
import { projectHooks } from "./hooks.mjs";

export const summary = "a coding agent: plan, approval, work with tools in a copy of a project, review";

const folder = import.meta.dirname;

export async function run({ model, onEvent, log }) {
	const root = await mkdtemp(join(tmpdir(), "coding-agent-"));
	try {
		await cp(`${folder}/project`, root, { recursive: true });
		const asked = [];
		const machine = new FlatMachine({
			file: `${folder}/config/machine.yml`,
			model,
			hooks: { project: projectHooks(root) },
			tools: codingTools({
				root,
				allow: ["list", "read", "grep", "edit", "bash"],
				// A person would be asked here. This one lets edits pass, and of all commands the tests alone.
				approve: ({ tool, preview }) => {
					const allowed = tool === "edit" || preview === "node --test";
					log(preview.replace(/^/gm, "     | "));
					asked.push(`${allowed ? "yes" : "no"}: ${tool}${tool === "bash" ? ` ${preview}` : ""}`);
					return allowed || { allowed, reason: "only `node --test` may be run" };
				},
			}),
		});
		const task = "parseDuration reads `1h30m` as 3600 seconds. Mend it.";
		const parked = await machine.run({ task }, { onEvent });
		if (parked.status !== "waiting") throw parked.error ?? new Error(`The run is ${parked.status}.`);

		// The execution waits, and needs no process meanwhile. Whoever approves sends a signal.
		const store = await machine.store();
		await store.signals.send(parked.channel, { approved: true });
		const result = await machine.resume(parked.executionId, { onEvent });
		if (result.status !== "done") throw result.error ?? new Error(`The run is ${result.status}.`);
		return { ...result.output, asked, file: (await readFile(`${root}/duration.js`, "utf8")).split("\n") };
	} finally {
		await rm(root, { recursive: true, force: true });
	}
}
