/** What attributes may hold: texts without secrets, and errors without what they quote. */
import { describeError, errorNames } from "../../runtime/agents/errors.ts";
import { KnownSecrets } from "../../runtime/logging/known-secrets.ts";
import { redact, redactText } from "../../runtime/logging/redact.ts";

export interface SecretOptions {
	/** Texts that are recorded nowhere, beside those of the environment. Those of fewer than 6 characters are not looked for. */
	readonly secrets?: readonly string[];
	/** Whose variables say what is recorded, and hold secrets where they are named so. Default: the process's environment. */
	readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface SafeText {
	/** Takes known secrets, and what looks like one, out of a text. */
	text(text: string): string;
	/** A value as JSON text, likewise. */
	json(value: unknown): string;
	/** Looks for secrets by their keys, so that their values are hidden in all that follows. */
	learn(value: unknown): void;
	/** The error's type: the one that a provider gave, else its class. */
	errorType(error: unknown): string;
	/** The error's message, cut to a readable length. */
	errorText(error: unknown): string;
}

const maxErrorText = 1000;
const isTypeName = /^[\w$.:-]{1,100}$/;

export function safeText({ secrets = [], environment = process.env }: SecretOptions): SafeText {
	const known = new KnownSecrets({ named: secrets, environment });
	const text = (given: string): string => redactText(known.hide(given));
	const rules = { text, callsToJson: true, onHidden: (value: unknown) => known.learn(value) };
	return {
		text,
		json: (value) => known.hide(JSON.stringify(redact(value, rules)) ?? ""),
		learn: (value) => void redact(value, rules),
		errorType(error) {
			const { type } = describeError(error);
			// A provider may write anything there; a type has few values.
			return text([errorNames(error)[0] ?? "", type].find((name) => isTypeName.test(name)) ?? "Error");
		},
		errorText: (error) => text(describeError(error).text).slice(0, maxErrorText),
	};
}
