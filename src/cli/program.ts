/** The commands and their options. What a command needs is imported when it runs, so that `--help` is quick. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { packageVersion } from "./version.ts";

type Finish = (code: ExitCode) => void;

/**
 * Runs one command line.
 * @param argv as `process.argv`
 * @returns the exit code; errors have been printed
 */
export async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
	let exitCode: ExitCode = exitCodes.done;
	const program = createProgram((code) => {
		exitCode = code;
	});
	try {
		await program.parseAsync([...argv]);
		return exitCode;
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
		const { reportError } = await import("./report-error.ts");
		return reportError(error);
	}
}

function createProgram(finish: Finish): Command {
	const program = new Command("flatstate")
		.description("Checks, compiles and runs flatmachine YAML: workflows of LLM agents as XState machines.")
		.version(packageVersion(), "-V, --version", "print the version")
		.helpOption("-h, --help", "print help")
		.helpCommand("help [command]", "print help of a command")
		.exitOverride()
		.showHelpAfterError("Run `flatstate --help` to see the commands.")
		.addHelpText("after", programHelp);
	for (const add of [addValidate, addCompile, addRun, addMockModel]) add(program, finish);
	return program;
}

const exitCodesHelp = `Exit codes:
  0    done
  1    failed
  2    wrong usage, or a document with errors
  3    stopped at a limit
  4    waiting for a signal
  130  interrupted with Ctrl-C`;

const programHelp = `
Examples:
  flatstate validate machine.yml
  flatstate run machine.yml --input '{"product": "a kettle"}'
  flatstate run machine.yml --mock answers.yml    (without a model provider)

${exitCodesHelp}`;

function addValidate(program: Command, finish: Finish): void {
	program
		.command("validate")
		.showHelpAfterError(pointer("validate"))
		.description("print every problem of machines, agents, prompts and profiles, and of all that they reference")
		.argument("<files...>", "YAML or JSON files, or folders to search for them")
		.option("--fix", "mend in the files what can be mended mechanically; comments and layout stay")
		.option("--portable", "also warn of what would not run the same on other flatmachine runtimes")
		.option("--profiles <file>", "profiles catalog to use in place of every profiles.yml")
		.option("--json", "print the problems as a JSON array on stdout")
		.action(async (files: string[], options: Parameters<typeof import("./validate.ts").validateCommand>[1]) => {
			const { validateCommand } = await import("./validate.ts");
			finish(await validateCommand(files, options));
		});
}

function addCompile(program: Command, finish: Finish): void {
	program
		.command("compile")
		.showHelpAfterError(pointer("compile"))
		.description("print the XState machine that a file compiles to")
		.argument("<file>", "machine, YAML or JSON")
		.addOption(
			new Option("-f, --format <format>", "json: the machine config; ts: a module for Stately Studio").choices([
				"json",
				"ts",
			]),
		)
		.option("-o, --output <file>", "write there instead of stdout; a name that ends in .ts means --format ts")
		.option("--profiles <file>", "profiles catalog to use in place of every profiles.yml")
		.action(async (file: string, options: Parameters<typeof import("./compile.ts").compileCommand>[1]) => {
			const { compileCommand } = await import("./compile.ts");
			finish(await compileCommand(file, options));
		});
}

function addRun(program: Command, finish: Finish): void {
	program
		.command("run")
		.showHelpAfterError(pointer("run"))
		.description("run a machine; its output goes to stdout as JSON, everything else to stderr")
		.argument("<file>", "machine, YAML or JSON")
		.option("-i, --input <json>", "input as JSON, @file to read a JSON or YAML file, @- to read stdin", "{}")
		.option("--hooks <module>", "JavaScript or TypeScript module with hooks")
		.option("--profiles <file>", "profiles catalog to use in place of every profiles.yml")
		.option("--model <provider/name>", "model for every agent, in place of its own")
		.addOption(
			new Option("--script <file>", "answers in place of every agent, YAML or JSON").conflicts(["mock", "model"]),
		)
		.option("--mock <file>", "answers in place of every model provider: a script for the built-in model server")
		.option("--max-steps <n>", "stop after so many states", positiveInteger)
		.option("--max-agent-calls <n>", "stop after so many agent calls", positiveInteger)
		.option("--max-cost <dollars>", "stop when the calls have cost so much", positiveNumber)
		.option("--max-tokens <n>", "stop after so many tokens", positiveInteger)
		.option("--json", "print the output on one line")
		.option("-q, --quiet", "nothing on stderr but errors")
		.addHelpText("after", runHelp)
		.action(async (file: string, options: Parameters<typeof import("./run.ts").runCommand>[1]) => {
			const { runCommand } = await import("./run.ts");
			finish(await runCommand(file, options));
		});
}

const runHelp = `
Environment:
  <PROVIDER>_API_KEY      key of a model provider, such as OPENAI_API_KEY
  <PROVIDER>_BASE_URL     another address for it
  FLATAGENTS_LOG_LEVEL    DEBUG (also adds stack traces), INFO, WARNING
                          (default), ERROR or SILENT
  FLATAGENTS_LOG_FORMAT   simple (default), standard, json, or a pattern such as
                          "%(levelname)s %(message)s"
  FLATAGENTS_LOG_DIR      a folder that gets the log as a file, too
  NO_COLOR, FORCE_COLOR   colours off, on

${exitCodesHelp}`;

function addMockModel(program: Command, finish: Finish): void {
	program
		.command("mock-model")
		.showHelpAfterError(pointer("mock-model"))
		.description("serve an OpenAI-compatible model on 127.0.0.1 that answers from a script")
		.requiredOption("--script <file>", "answers: YAML, JSON, or a JavaScript module")
		.option("--port <n>", "port to listen on (default: any free one)", portNumber)
		.option("--token <token>", "key that clients must send")
		.action(async (options: Parameters<typeof import("./mock-model.ts").mockModelCommand>[0]) => {
			const { mockModelCommand } = await import("./mock-model.ts");
			finish(await mockModelCommand(options));
		});
}

function pointer(command: string): string {
	return `Run \`flatstate help ${command}\` to see how it is used.`;
}

function positiveInteger(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
		throw new InvalidArgumentError("Expected a whole number from 1 up.");
	}
	return value;
}

function positiveNumber(text: string): number {
	const value = Number(text);
	if (!/^\d*\.?\d+$/.test(text) || !(value > 0)) throw new InvalidArgumentError("Expected a number above 0.");
	return value;
}

function portNumber(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError("Expected a number from 0 to 65535.");
	return value;
}
