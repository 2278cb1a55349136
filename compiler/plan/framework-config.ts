/** The `config` of agents of other frameworks, as far as the compiler knows the framework: its keys and its templates. */
import type { Reporter } from "../diagnostics/report.ts";
import { nearest } from "../diagnostics/suggest.ts";
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own } from "../document/plain-data.ts";
import { checkPromptTemplates } from "./prompt-templates.ts";

/** Keys that also an agent of a module may have. */
export const openAiAgentsModuleKeys: readonly string[] = ["user", "model", "max_turns", "tracing", "session"];

/** Keys of agents of the type `openai-agents` that are described in YAML. */
export const openAiAgentsKeys: readonly string[] = [
	"name",
	"instructions",
	"tools",
	"needs_approval",
	"handoffs",
	"handoff_description",
	"output",
	...openAiAgentsModuleKeys,
];

/**
 * Checks the `config` of an agent of a framework that the compiler knows; of all others it says nothing.
 * @param isModule whether the agent is one that a module exports
 */
export function checkFrameworkConfig(
	type: string,
	config: Readonly<Record<string, unknown>>,
	path: DocumentPath,
	{ reporter, isModule }: { readonly reporter: Reporter; readonly isModule: boolean },
): void {
	if (type !== "openai-agents") return;
	const keys = isModule ? openAiAgentsModuleKeys : openAiAgentsKeys;
	checkKeys(config, keys, path, reporter);
	checkPromptTemplates(config, path, reporter, [["instructions"], ["user"]]);
	const handoffs = own(config, "handoffs");
	if (isModule || !Array.isArray(handoffs)) return;
	for (const [index, handoff] of handoffs.entries()) {
		if (isRecord(handoff)) checkFrameworkConfig(type, handoff, [...path, "handoffs", index], { reporter, isModule });
	}
}

/** An agent that another hands over to. */
export interface Handoff {
	readonly name: string;
	/** Of the name, within the `config`. */
	readonly path: DocumentPath;
}

/** The agents of the machine that an agent may hand over to, as its `config` names them. */
export function handoffsOf(type: string, config: unknown, path: DocumentPath = []): readonly Handoff[] {
	const handoffs = own(config, "handoffs");
	if (type !== "openai-agents" || !Array.isArray(handoffs)) return [];
	return handoffs.flatMap((handoff: unknown, index) => {
		const at = [...path, "handoffs", index];
		return typeof handoff === "string" ? [{ name: handoff, path: at }] : handoffsOf(type, handoff, at);
	});
}

function checkKeys(
	config: Readonly<Record<string, unknown>>,
	keys: readonly string[],
	path: DocumentPath,
	reporter: Reporter,
): void {
	for (const key of Object.keys(config)) {
		if (keys.includes(key) || key.startsWith("x-")) continue;
		const place = { path: [...path, key], at: "key" as const };
		if (openAiAgentsKeys.includes(key)) {
			const message = `\`${key}\` has no place beside \`ref\`: the module says it`;
			reporter.report("FS2008", { ...place, message, suggestion: "remove it, or write it in the module" });
			continue;
		}
		const near = nearest(key, keys);
		reporter.report(near === undefined ? "FS2009" : "FS2008", {
			...place,
			message: `\`${key}\` is not a key that is known here, so it does nothing`,
			suggestion:
				near === undefined
					? "remove it, or begin its name with `x-` to keep it as a note"
					: `did you mean \`${near}\`?`,
		});
	}
}
