/** The commands and their options. What a command needs is imported when it runs, so that `--help` is quick. */
import { Command, CommanderError, Option } from "commander";
import { addExecutions } from "./executions-program.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import {
	executionId,
	numberByName,
	portNumber,
	positiveInteger,
	positiveNumber,
	rateLimit,
	wholeNumber,
} from "./option-values.ts";
import { triggerChoice } from "./trigger-option.ts";
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
	for (const add of [
		addValidate,
		addCompile,
		addRun,
		addRunJob,
		addTest,
		addGraph,
		addResume,
		addExecutions,
		addInspect,
		addReplay,
		addSignal,
		addDispatch,
		addWorker,
		addFleet,
		addMockModel,
	]) {
		add(program, finish);
	}
	return program;
}

const exitCodesHelp = `Exit codes:
  0    done
  1    failed
  2    wrong usage, or a document with errors
  3    stopped at a limit
  4    waiting for a signal or a time
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
			new Option(
				"-f, --format <format>",
				"json: the machine config; ts: a module with stand-ins, which starts; stately: the module that Stately Studio imports",
			).choices(["json", "ts", "stately"]),
		)
		.option("-o, --output <file>", "write there instead of stdout; a name that ends in .ts means --format ts")
		.option("--profiles <file>", "profiles catalog to use in place of every profiles.yml")
		.action(async (file: string, options: Parameters<typeof import("./compile.ts").compileCommand>[1]) => {
			const { compileCommand } = await import("./compile.ts");
			finish(await compileCommand(file, options));
		});
}

function addGraph(program: Command, finish: Finish): void {
	program
		.command("graph")
		.showHelpAfterError(pointer("graph"))
		.description("draw a machine with the machines that it calls")
		.argument("<file>", "machine, YAML or JSON")
		.addOption(
			new Option("-f, --format <format>", "default: by the ending of --output, else mermaid").choices([
				"mermaid",
				"dot",
				"svg",
				"png",
				"json",
			]),
		)
		.option("-o, --output <file>", "write there instead of stdout: .svg, .png, .mmd, .dot or .json")
		.option("--coverage <report>", "colour what `flatstate test --coverage` found")
		.option("--depth <n>", "levels of child machines to draw (default: all)", wholeNumber)
		.addOption(new Option("--no-children", "only name child machines").conflicts("depth"))
		.addOption(
			new Option("--direction <direction>", "where arrows lead (default: by shape)").choices(["down", "right"]),
		)
		.addOption(
			new Option("--theme <theme>", "colours of svg and png (default: what the reader prefers, png: light)").choices([
				"auto",
				"light",
				"dark",
			]),
		)
		.option("--scale <n>", "size of a png (default: 2)", positiveNumber)
		.option("--profiles <file>", "profiles catalog to use in place of every profiles.yml")
		.action(async (file: string, options: Parameters<typeof import("./graph.ts").graphCommand>[1]) => {
			const { graphCommand } = await import("./graph.ts");
			finish(await graphCommand(file, options));
		});
}

/** Options of every command that runs machines. */
function withRunOptions(command: Command): Command {
	return command
		.option("--store <url>", "where executions are kept (default: FLATSTATE_STORE)")
		.option("--hooks <module>", "JavaScript or TypeScript module with hooks")
		.option("--model <provider/name>", "model for every agent, in place of its own")
		.addOption(
			new Option("--script <file>", "answers in place of every agent, or a scenario, YAML or JSON").conflicts([
				"mock",
				"model",
			]),
		)
		.option("--allow-mcp", "connect to the MCP servers that agents name, which starts programs of theirs")
		.option(
			"--agent-folder <dir>",
			"where agents of other programs may work, once for each folder (default: the machine's)",
			(folder: string, folders: readonly string[] = []) => [...folders, folder],
		)
		.addOption(
			new Option(
				"--agent-permission <level>",
				"what their documents may ask for: edit, if it is not given; all: any command and program",
			).choices(["read", "edit", "all"]),
		)
		.option("--coding-tools <dir>", "give tool loops tools for the files of a folder; needs --allow")
		.option("--allow <list>", "which of them: read, write, edit, list, grep, bash, with commas between")
		.option("--yes", "do not ask on the terminal before write, edit and bash")
		.option("--mock <file>", "answers in place of every model provider: a script for the built-in model server")
		.addOption(
			new Option("--telemetry <exporter>", "where traces and metrics go (default: what the environment says)").choices([
				"console",
				"otlp",
				"none",
			]),
		)
		.option("--max-steps <n>", "stop after so many states", positiveInteger)
		.option("--max-agent-calls <n>", "stop after so many agent calls", positiveInteger)
		.option("--max-cost <dollars>", "stop when the calls have cost so much", positiveNumber)
		.option("--max-tokens <n>", "stop after so many tokens", positiveInteger)
		.option(
			"--rate-limit <host=requests/seconds>",
			"calls of models that all processes with the store may make together, such as api.openai.com=500/60; once for each host, * for all others",
			rateLimit,
		)
		.option(
			"--park-sleeps <seconds>",
			"park where only back-offs and timeouts longer than that are waited for, until `flatstate dispatch` wakes the execution (default: never; of dispatch: 60, of worker: 10)",
			positiveNumber,
		);
}

/** Options of the commands that run one machine, and show it. */
function withInspectOptions(command: Command): Command {
	return command
		.option("--inspect", "serve a page on 127.0.0.1 in which to watch, pause, step and signal the run; implies --wait")
		.option("--inspect-port <n>", "port of that page (default: any free one)", portNumber)
		.option("--inspect-pause", "stop before the first effect until the page lets the run go on")
		.addOption(
			new Option(
				"--inspect-until <when>",
				"how long the page stays: until the `end` of the run, or an `interrupt` by Ctrl-C (default: interrupt on a terminal, else end)",
			).choices(["end", "interrupt"]),
		);
}

/** Options of the commands that can have children run on a fleet. */
function withFleetOptions(command: Command): Command {
	return command
		.addOption(
			new Option(
				"--invoker <kind>",
				"where child machines run: inline, in this process, or subprocess, in processes of their own that share the store (default: inline)",
			)
				.choices(["inline", "subprocess"])
				.conflicts(["distributed"]),
		)
		.option(
			"--distributed",
			"run child machines and launches as jobs on workers (`flatstate worker`); needs a redis:// or postgres:// store",
		)
		.option("--queue <name>", "with --distributed: the workers' queue (default: flatstate)")
		.option(
			"--window <n>",
			"with --distributed: children of one machine in the queue at a time (default: 500)",
			positiveInteger,
		)
		.option(
			"--priority <n>",
			"with --distributed: of its jobs and its children's, lower ones first (default: before all that have one)",
			positiveInteger,
		)
		.option("--detach", "with --distributed: have a worker run the machine itself, print the execution's id and end");
}

function addRun(program: Command, finish: Finish): void {
	withFleetOptions(withInspectOptions(withRunOptions(program.command("run"))))
		.showHelpAfterError(pointer("run"))
		.description("run a machine; its output goes to stdout as JSON, everything else to stderr")
		.argument("<file>", "machine, YAML or JSON")
		.option(
			"-i, --input <json>",
			"input as JSON, @file to read a JSON or YAML file, @- to read stdin (default: {}, or a scenario's)",
		)
		.option("--profiles <file>", "profiles catalog to use in place of every profiles.yml")
		.option("--id <id>", "the execution's id (default: a fresh one)", executionId)
		.option("--wait", "go on while the machine waits for signals and timeouts")
		.option("--no-ask", "never ask at the terminal for what the machine waits for")
		.option("--stream", "show on stderr what models write while they write it")
		.option("--json", "print the output on one line")
		.option("-q, --quiet", "nothing on stderr but errors")
		.addHelpText("after", runHelp)
		.action(async (file: string, options: Parameters<typeof import("./run.ts").runCommand>[1]) => {
			const { runCommand } = await import("./run.ts");
			finish(await runCommand(file, options));
		});
}

/** Started by `--invoker subprocess`; not for people. */
function addRunJob(program: Command, finish: Finish): void {
	withRunOptions(program.command("run-job", { hidden: true }))
		.description("run a child machine whose job comes on stdin")
		.action(async (options: Parameters<typeof import("./run-job.ts").runJobCommand>[0]) => {
			const { runJobCommand } = await import("./run-job.ts");
			finish(await runJobCommand(options));
		});
}

function addTest(program: Command, finish: Finish): void {
	program
		.command("test")
		.showHelpAfterError(pointer("test"))
		.description("explore machines: which transitions can be taken, by which scenarios, and which never, and why")
		.argument("<files...>", "machines, YAML or JSON, or folders to search for them")
		.option("--allow-dead", "exit with 0 though there are transitions that can never be taken")
		.option("--allow-unsolved", "exit with 0 though there are transitions for which no answers were found")
		.option("--scenarios <file>", "values to try beside those that are solved, and scenarios of your own")
		.option("--emit <dir>", "write a vitest file for each machine there: one test for each scenario, yours to edit")
		.option("--update", "with --emit: write files anew that are there and differ, and list what changes")
		.option("-o, --coverage <file>", "write the report there as JSON, for `flatstate graph --coverage`")
		.option("--profiles <file>", "profiles catalog to use in place of every profiles.yml")
		.option("--verbose", "also show the shortest way to each transition")
		.option("--json", "print the report as JSON")
		.option("-q, --quiet", "print only machines of which something is wrong")
		.action(async (files: string[], options: Parameters<typeof import("./test.ts").testCommand>[1]) => {
			const { testCommand } = await import("./test.ts");
			finish(await testCommand(files, options));
		});
}

function addResume(program: Command, finish: Finish): void {
	withFleetOptions(withInspectOptions(withRunOptions(program.command("resume"))))
		.showHelpAfterError(pointer("resume"))
		.description("go on with an execution that was killed, waits, was stopped or has failed")
		.argument("<id>", "the execution's id; `flatstate executions list` shows them")
		.option("--machine <file>", "the machine's file (default: the configuration in the store)")
		.option("--use-current", "go on with the file where it has changed since the start")
		.option("--wait", "go on while the machine waits for signals and timeouts")
		.option("--no-ask", "never ask at the terminal for what the machine waits for")
		.option("--stream", "show on stderr what models write while they write it")
		.option("--json", "print the output on one line")
		.option("-q, --quiet", "nothing on stderr but errors")
		.addHelpText("after", runHelp)
		.action(async (id: string, options: Parameters<typeof import("./resume.ts").resumeCommand>[1]) => {
			const { resumeCommand } = await import("./resume.ts");
			finish(await resumeCommand(id, options));
		});
}

const runHelp = `
Environment:
  FLATSTATE_STORE         the store of executions, e.g. sqlite:runs.db
  FLATSTATE_WORKER_LOGS   a folder for what started workers write (default: it
                          is not kept)
  <PROVIDER>_API_KEY      key of a model provider, such as OPENAI_API_KEY
  <PROVIDER>_BASE_URL     another address for it
  FLATAGENTS_LOG_LEVEL    DEBUG (also adds stack traces), INFO, WARNING
                          (default), ERROR or SILENT
  FLATAGENTS_LOG_FORMAT   simple (default), standard, json, or a pattern such as
                          "%(levelname)s %(message)s"
  FLATAGENTS_LOG_DIR      a folder that gets the log as a file, too
  OTEL_TRACES_EXPORTER    console, otlp or none (default), where --telemetry is
                          not given
  OTEL_METRICS_EXPORTER   the same for metrics; FLATAGENTS_METRICS_ENABLED=false
                          records none
  NO_COLOR, FORCE_COLOR   colours off, on

${exitCodesHelp}`;

function addSignal(program: Command, finish: Finish): void {
	program
		.command("signal")
		.showHelpAfterError(pointer("signal"))
		.description("send a signal to executions that wait, or will wait, on a channel; prints its id")
		.argument("<channel>", "what `wait_for` names")
		.option("--data <json>", "the signal's data as JSON, @file to read a JSON or YAML file, @- to read stdin", "null")
		.option("--to <id>", "the execution that it is for (default: whoever waits on the channel)")
		.option("--store <url>", "the store (default: FLATSTATE_STORE)")
		.option("--trigger <trigger>", "whom to wake: none (default), file[:DIR] or socket[:PATH]", triggerChoice)
		.action(async (channel: string, options: Parameters<typeof import("./signal.ts").signalCommand>[1]) => {
			const { signalCommand } = await import("./signal.ts");
			finish(await signalCommand(channel, options));
		});
}

function addInspect(program: Command, finish: Finish): void {
	program
		.command("inspect")
		.showHelpAfterError(pointer("inspect"))
		.description("serve a page on 127.0.0.1 that shows a stored execution step by step, with its children")
		.argument("<id>", "the execution's id; `flatstate executions list` shows them")
		.option("--store <url>", "the store (default: FLATSTATE_STORE)")
		.option("--port <n>", "port of the page (default: any free one)", portNumber)
		.action(async (id: string, options: Parameters<typeof import("./inspect.ts").inspectCommand>[1]) => {
			const { inspectCommand } = await import("./inspect.ts");
			finish(await inspectCommand(id, options));
		});
}

function addReplay(program: Command, finish: Finish): void {
	program
		.command("replay")
		.showHelpAfterError(pointer("replay"))
		.description(
			"run an execution again from its recorded results, without a model call, and compare its way and context",
		)
		.argument("<id>", "the execution's id")
		.option("--from <step>", "start from the checkpoint of this step", positiveInteger)
		.option("--store <url>", "the store (default: FLATSTATE_STORE)")
		.option("--machine <file>", "the machine's file (default: the one that it was started from, as it is now)")
		.addOption(new Option("--stored", "replay with the configuration in the store").conflicts("machine"))
		.option("--hooks <module>", "JavaScript or TypeScript module with hooks")
		.option("--json", "print the report as JSON")
		.action(async (id: string, options: Parameters<typeof import("./replay.ts").replayCommand>[1]) => {
			const { replayCommand } = await import("./replay.ts");
			finish(await replayCommand(id, options));
		});
}

function addDispatch(program: Command, finish: Finish): void {
	withRunOptions(program.command("dispatch"))
		.showHelpAfterError(pointer("dispatch"))
		.description("go on with the executions whose signals have come or whose waiting has timed out")
		.option("--once", "wake all that can be woken now, print their ids and end")
		.option("--listen", "wake executions until Ctrl-C")
		.option("--interrupted", "also go on with what was killed or stopped in the middle, unless somebody runs it")
		.option("--trigger <trigger>", "what else wakes it: none (default), file[:DIR] or socket[:PATH]", triggerChoice)
		.option("--concurrency <n>", "executions that run at the same time", positiveInteger)
		.option("--json", "print the report on one line")
		.option("-q, --quiet", "nothing on stderr but errors")
		.action(async (options: Parameters<typeof import("./dispatch-resume.ts").dispatchAndResume>[0]) => {
			const { dispatchAndResume } = await import("./dispatch-resume.ts");
			finish(await dispatchAndResume(options));
		});
}

function addWorker(program: Command, finish: Finish): void {
	withRunOptions(program.command("worker"))
		.showHelpAfterError(pointer("worker"))
		.description("take jobs of a fleet from a queue on Redis or Postgres and run them, until Ctrl-C or SIGTERM")
		.option("--queue <name>", "name of the queue (default: flatstate)")
		.option("--concurrency <n>", "executions that run at the same time (default: 16)", positiveInteger)
		.option(
			"--machine-concurrency <name=n>",
			"of the machine of this name at most so many here, once for each machine",
			numberByName,
		)
		.option(
			"--machines <dir>",
			"where hooks and agents in files of their own, and files with keys, are looked for where a machine's own folder is not here",
		)
		.option("--window <n>", "children of one parent in the queue at a time (default: 500)", positiveInteger)
		.option("--metrics-port <n>", "serve metrics for Prometheus at http://127.0.0.1:PORT/metrics", portNumber)
		.option("--metrics-host <host>", "address to serve them at (default: 127.0.0.1)")
		.option("--lock <seconds>", "after which others take over what a dead worker ran (default: 15)", positiveNumber)
		.option("-q, --quiet", "nothing on stderr but errors")
		.addHelpText("after", runHelp)
		.action(async (options: Parameters<typeof import("./worker.ts").workerCommand>[0]) => {
			const { workerCommand } = await import("./worker.ts");
			finish(await workerCommand(options));
		});
}

function addFleet(program: Command, finish: Finish): void {
	program
		.command("fleet")
		.showHelpAfterError(pointer("fleet"))
		.description("show the workers of a fleet, what its queues hold, and which executions are stuck")
		.option("--store <url>", "the store that the workers share (default: FLATSTATE_STORE)")
		.option("--queue <name>", "name of the queue (default: flatstate)")
		.option("--watch", "show it anew each second until Ctrl-C or q (default: on a terminal)")
		.option("--no-watch", "show it once")
		.option("--json", "print one JSON document; with --watch one line each second")
		.action(async (options: Parameters<typeof import("./fleet.ts").fleetCommand>[0]) => {
			const { fleetCommand } = await import("./fleet.ts");
			finish(await fleetCommand(options));
		});
}

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
