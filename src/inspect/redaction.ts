/** What the inspector shows, without secrets and cut to a readable length: the one place through which all of it goes. */
import { describeError } from "../../runtime/agents/errors.ts";
import { KnownSecrets } from "../../runtime/logging/known-secrets.ts";
import { redact, redactText } from "../../runtime/logging/redact.ts";
import type { LaidOutDiagram } from "../diagram/diagram.ts";
import { withoutHostPaths } from "./host-paths.ts";

export interface RedactionOptions {
	/** Characters of a text that are shown; what is longer is cut, with a note of how much is missing. Default 20,000. */
	readonly maxText?: number;
	/** Values that are shown nowhere, beside those of the environment. Those of fewer than 6 characters are not looked for. */
	readonly secrets?: readonly string[];
	/**
	 * Whose variables named like secrets hold values that are shown nowhere. Where `FLATAGENTS_LOG_LEVEL` is `DEBUG`, errors
	 * are shown whole, with their stacks. Default: the process's environment.
	 */
	readonly environment?: Readonly<Record<string, string | undefined>>;
	/** The project: messages of errors name files within it relatively, others by their last part. Default: the working directory. */
	readonly folder?: string;
}

export interface Redaction {
	/** Takes known secrets and what looks like one out of a text, and cuts it. */
	text(text: string): string;
	/** Looks for secrets by their keys, so that their values are hidden in all that follows, wherever they stand. */
	learn(value: unknown): void;
	/** A copy as plain JSON: nothing under keys such as `api_key`, and every text and key through `text`. */
	value(value: unknown): unknown;
	/** The same, cut shorter, of what is shown in full elsewhere: data of events, outputs of children. */
	excerpt(value: unknown): unknown;
	/** The same for what has names of states, actors or files as its keys: those hide nothing. */
	named(value: unknown): unknown;
	/** `Type: message` of what was thrown. */
	error(error: unknown): string;
	/** The same for an error that was stored. */
	storedError(error: { readonly name: string; readonly message: string }): string;
	/** A path, without the host's folders outside of the project. */
	path(path: string): string;
	diagram(diagram: LaidOutDiagram): LaidOutDiagram;
	/** JSON text of a message, once more without known secrets, wherever in it they are. */
	message(message: unknown): string;
}

const defaultMaxText = 20_000;
const excerptText = 2000;
const excerptValues = 1000;
/** More of one value nobody reads, and a browser could not show. */
const maxValues = 50_000;
const maxDepth = 40;
/** Makes the rule. */
export function createRedaction(options: RedactionOptions = {}): Redaction {
	const { maxText = defaultMaxText, secrets = [], environment = process.env, folder = process.cwd() } = options;
	const known = new KnownSecrets({ named: secrets, environment });
	const whole = (given: string): string => redactText(known.hide(given));
	const text = (given: string): string => cut(whole(given), maxText);
	const short = (given: string): string => cut(whole(given), Math.min(excerptText, maxText));
	const isWhole = environment.FLATAGENTS_LOG_LEVEL?.trim().toUpperCase() === "DEBUG";
	const message = (given: string): string => (isWhole ? given : withoutHostPaths(given, folder));
	const failure = (name: string, given: string): string => text(given === "" ? name : `${name}: ${message(given)}`);
	const onHidden = (value: unknown) => known.learn(value);
	const rules = { text, maxDepth, maxValues, callsToJson: true, onHidden, ...(!isWhole && { brief: message }) };
	return {
		text,
		learn: (value) => void redact(value, rules),
		value: (value) => redact(value, rules),
		excerpt: (value) => redact(value, { ...rules, text: short, maxValues: excerptValues }),
		named: (value) => redact(value, { ...rules, hidesByKey: false }),
		error: (error) => {
			const { type, text: given } = describeError(error);
			return failure(type, given);
		},
		storedError: ({ name, message: given }) => failure(name, given),
		path: (path) => text(message(path)),
		diagram: (diagram) => redactDiagram(diagram, text),
		// Numbers and words of JSON are no texts: a secret that reads like one must not break the message.
		message: (all) => known.hide(JSON.stringify(all)),
	};
}

function cut(text: string, maxText: number): string {
	if (text.length <= maxText) return text;
	return `${text.slice(0, maxText)}… [${text.length - maxText} more characters]`;
}

function redactDiagram(diagram: LaidOutDiagram, text: (text: string) => string): LaidOutDiagram {
	return {
		...diagram,
		title: text(diagram.title),
		nodes: diagram.nodes.map((node) => ({ ...node, label: text(node.label), lines: node.lines.map(text) })),
		groups: diagram.groups.map((group) => ({ ...group, label: text(group.label) })),
		edges: diagram.edges.map((edge) => ({ ...edge, label: text(edge.label), title: text(edge.title) })),
	};
}
