/** Writes to the process's streams: completely, with or without colour, and past a reader that went away. */

/** The part of a stream that is asked for colour. */
export interface MaybeTerminal {
	readonly isTTY?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether to colour what goes to `stream`: `NO_COLOR` and `FORCE_COLOR` decide, else whether it is a terminal. */
export function wantsColor(stream: MaybeTerminal, env: Environment = process.env): boolean {
	if (env.NO_COLOR) return false;
	const { FORCE_COLOR: forced } = env;
	if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
	return isInteractive(stream, env);
}

/** Whether a person looks at `stream` on a terminal that can move its cursor. */
export function isInteractive(stream: MaybeTerminal, env: Environment = process.env): boolean {
	return stream.isTTY === true && env.TERM !== "dumb";
}

/**
 * Writes all of `text`; resolves when the reader's side has it, so that the process may end. A reader that closed its
 * end (`| head -1`) has seen enough.
 * @throws Error where the stream's file cannot take it
 */
export function writeTo(stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<void> {
	return new Promise((resolve, reject) => {
		stream.write(text, (error) => {
			if (error && !isClosedPipe(error)) reject(new Error(`Cannot write the output: ${error.message}`));
			else resolve();
		});
	});
}

/** Keeps a closed pipe or a full disk from ending the process with a stack trace: `writeTo` tells its caller. */
export function surviveStreamErrors(...streams: readonly NodeJS.WriteStream[]): void {
	for (const stream of streams) stream.on("error", () => {});
}

function isClosedPipe(error: Error): boolean {
	return "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED");
}
