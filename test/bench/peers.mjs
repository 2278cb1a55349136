/** Installs the libraries that the benchmarks compare with into an ignored folder; they are no dependencies. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("./.peers/", import.meta.url);

/** LangGraph.js. */
export function installPeers() {
	install("@langchain/langgraph", ["@langchain/langgraph@1.4.17", "@langchain/core@^1"]);
}

/** LangGraph.js with its SQLite saver, whose driver may have to be compiled: a minute or two. */
export function installDurablePeers() {
	installPeers();
	install("@langchain/langgraph-checkpoint-sqlite", ["@langchain/langgraph-checkpoint-sqlite@^1"]);
}

function install(name, packages) {
	if (existsSync(new URL(`node_modules/${name}`, folder))) return;
	mkdirSync(folder, { recursive: true });
	const manifest = new URL("package.json", folder);
	if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true, "type": "module" }\n');
	console.log(`installing ${name} beside the benchmarks, once`);
	execFileSync("npm", ["install", "--no-audit", "--no-fund", ...packages], {
		cwd: fileURLToPath(folder),
		stdio: ["ignore", "ignore", "inherit"],
	});
}
