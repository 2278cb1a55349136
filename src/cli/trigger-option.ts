/** Reads the value of `--trigger`: how senders of signals and dispatchers find each other. */
import { InvalidArgumentError } from "commander";
import type { Logger } from "../../runtime/logging/logger.ts";
import { noTrigger, type TriggerBackend } from "../../runtime/signals/trigger-backend.ts";
import type { TriggerListener } from "../../runtime/signals/trigger-listener.ts";

/** `path`: of the folder or the socket; undefined: the default one. */
export type TriggerChoice =
	| { readonly kind: "none" }
	| { readonly kind: "file" | "socket"; readonly path: string | undefined };

/**
 * `none`, `file`, `file:DIR`, `socket` or `socket:PATH`.
 * @throws InvalidArgumentError
 */
export function triggerChoice(text: string): TriggerChoice {
	const [, kind, path] = /^(none|file|socket)(?::(.+))?$/.exec(text.trim()) ?? [];
	if (kind === "none" && path === undefined) return { kind };
	if (kind === "file" || kind === "socket") return { kind, path };
	throw new InvalidArgumentError("Expected none, file, file:DIR, socket or socket:PATH.");
}

/** The sender's end. @throws TriggerError for a path that cannot be a socket's */
export async function triggerOf(choice: TriggerChoice, logger: Logger): Promise<TriggerBackend> {
	if (choice.kind === "none") return noTrigger;
	const { kind, path } = choice;
	if (kind === "file") {
		const { fileTrigger } = await import("../../adapters/triggers/file-trigger.ts");
		return fileTrigger({ logger, ...(path !== undefined && { dir: path }) });
	}
	const { socketTrigger } = await import("../../adapters/triggers/socket-trigger.ts");
	return socketTrigger({ logger, ...(path !== undefined && { path }) });
}

/** The dispatcher's end. */
export async function listenerOf(choice: TriggerChoice, logger: Logger): Promise<TriggerListener | undefined> {
	if (choice.kind === "none") return undefined;
	const { kind, path } = choice;
	if (kind === "file") {
		const { listenFile } = await import("../../adapters/triggers/file-trigger.ts");
		return (wake) => listenFile({ logger, ...(path !== undefined && { dir: path }) }, wake);
	}
	const { listenSocket } = await import("../../adapters/triggers/socket-trigger.ts");
	return (wake) => listenSocket({ logger, ...(path !== undefined && { path }) }, wake);
}
