/** `flatstate mock-model`: a model provider that answers from a script, until Ctrl-C. */
import { once } from "node:events";
import { loadScriptFile, startMockModel } from "../../adapters/mock-model/index.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { orUsageError } from "./or-usage-error.ts";
import { writeTo } from "./streams.ts";

export interface MockModelCommandOptions {
	readonly script: string;
	readonly port?: number;
	readonly token?: string;
}

/**
 * Serves until it is interrupted; the base URL is the one line on stdout.
 * @throws UsageError for a script that cannot be read, and a port that is taken
 */
export async function mockModelCommand(options: MockModelCommandOptions): Promise<ExitCode> {
	const { port, token } = options;
	const script = await orUsageError(`Cannot use ${options.script} as a script`, () => loadScriptFile(options.script));
	await using server = await orUsageError(`Cannot listen on port ${port ?? 0}`, () =>
		startMockModel({ script, ...(port !== undefined && { port }), ...(token !== undefined && { token }) }),
	);
	using interrupt = listenForInterrupt();
	await writeTo(process.stdout, `${server.url}\n`);
	await writeTo(
		process.stderr,
		`The mock model answers OpenAI chat completions. In another terminal:\n` +
			`  export OPENAI_BASE_URL=${server.url} OPENAI_API_KEY=${token ?? "mock"}\n` +
			`Stop it with Ctrl-C.\n`,
	);
	if (!interrupt.signal.aborted) await once(interrupt.signal, "abort");
	await writeTo(process.stderr, `Stopped after ${server.requests.length} requests.\n`);
	return exitCodes.interrupted;
}
