/** `--stream`: shows what models write while they write it, with the state in front wherever another one goes on. */
import { printable } from "../../compiler/diagnostics/printable.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";

export class StreamPrinter {
	readonly #write: (text: string) => void;
	/** Whose text is on the line, and whether the line is begun. */
	#speaker: string | undefined;
	#isLineBegun = false;

	constructor(write: (text: string) => void) {
		this.#write = write;
	}

	accept(event: RunEvent): void {
		if (event.type === "agent_stream") this.#piece(event);
		else if (event.type === "agent_end" && this.#speaker === speakerOf(event)) this.endLine();
	}

	/** Ends a line that is begun: something else is about to be written. */
	endLine(): void {
		if (this.#isLineBegun) this.#write("\n");
		this.#isLineBegun = false;
		this.#speaker = undefined;
	}

	#piece(event: Extract<RunEvent, { type: "agent_stream" }>): void {
		const text = textOf(event.event);
		if (text === "") return;
		const speaker = speakerOf(event);
		if (this.#speaker !== speaker) {
			this.endLine();
			this.#speaker = speaker;
			this.#write(`[${printable(event.state)}] `);
		}
		const shown = printable(text);
		this.#write(shown);
		this.#isLineBegun = !shown.endsWith("\n");
	}
}

function speakerOf({ executionId, state }: { readonly executionId: string; readonly state: string }): string {
	return `${executionId} ${state}`;
}

/** A piece of text, or of a tool call: its name, then its arguments as they come. */
function textOf(piece: unknown): string {
	if (!isRecord(piece)) return "";
	if (piece.type === "content") return typeof piece.text === "string" ? piece.text : "";
	if (piece.type !== "tool_call") return "";
	const name = typeof piece.name === "string" && piece.name !== "" ? `\n${piece.name} ` : "";
	return name + (typeof piece.arguments === "string" ? piece.arguments : "");
}
