/** The commands under `flatstate executions`, and their options. What a command needs is imported when it runs. */
import { type Command, Option } from "commander";
import { checkpointEvents } from "../../runtime/checkpoint/machine-snapshot.ts";
import { executionStatuses } from "../../runtime/store/execution-summary.ts";
import type { ExitCode } from "./exit-codes.ts";
import { duration, executionId, positiveInteger, wholeNumber } from "./option-values.ts";

type Finish = (code: ExitCode) => void;

/** Adds `executions` with its commands. */
export function addExecutions(program: Command, finish: Finish): void {
	const executions = program
		.command("executions")
		.description("list, show and look after stored executions")
		.showHelpAfterError("Run `flatstate help executions` to see its commands.")
		.addHelpText("after", executionsHelp);
	for (const add of [addList, addShow, addFork, addPrune, addDelete, addExport, addImport]) add(executions, finish);
}

const executionsHelp = `
Every command takes --store URL. Stores:
  file:DIR             a folder
  sqlite:FILE          a database file
  redis://HOST         a Redis server
  postgres://HOST/DB   a PostgreSQL server

Environment:
  FLATSTATE_STORE      the store where --store is not given`;

/** A command with the option that all of them have. */
function addCommand(executions: Command, name: string, description: string): Command {
	return executions
		.command(name)
		.description(description)
		.showHelpAfterError(`Run \`flatstate executions ${name} --help\` to see how it is used.`)
		.option("--store <url>", "the store (default: the variable FLATSTATE_STORE)");
}

function addList(executions: Command, finish: Finish): void {
	addCommand(executions, "list", "print the executions, one on each line, in the order of their ids")
		.addOption(new Option("--status <status>", "only those with this status").choices(executionStatuses))
		.option("--waiting <channel>", "only those that wait for a signal on the channel")
		.addOption(
			new Option("--event <event>", "only those whose latest checkpoint is of this event").choices(checkpointEvents),
		)
		.option("--parent <id>", "only those that this execution has started")
		.option("--all", "also children that a parent waits for, as with --waiting and --parent")
		.option("--older-than <duration>", "only those that have not changed since, such as 12h or 7d", duration)
		.option("--limit <n>", "at most so many", positiveInteger)
		.option("--after <id>", "only ids after this one, for the next page")
		.option("--json", "print a JSON array")
		.action(async (options: Parameters<typeof import("./executions-list.ts").listCommand>[0]) => {
			const { listCommand } = await import("./executions-list.ts");
			finish(await listCommand(options));
		});
}

function addShow(executions: Command, finish: Finish): void {
	addCommand(executions, "show", "print how an execution stands, and its path through the states")
		.argument("<id>", "the execution")
		.option("--all", "all checkpoints, not only the last 50")
		.option("--json", "print one JSON object")
		.action(async (id: string, options: Parameters<typeof import("./executions-show.ts").showCommand>[1]) => {
			const { showCommand } = await import("./executions-show.ts");
			finish(await showCommand(id, options));
		});
}

function addFork(executions: Command, finish: Finish): void {
	addCommand(executions, "fork", "copy an execution, to go on from there in another way; prints the new id")
		.argument("<id>", "the execution")
		.option("--at <step>", "start from this step, not from the latest", wholeNumber)
		.option("--id <id>", "id of the new execution (default: a random one)", executionId)
		.action(async (id: string, options: Parameters<typeof import("./executions-change.ts").forkCommand>[1]) => {
			const { forkCommand } = await import("./executions-change.ts");
			finish(await forkCommand(id, options));
		});
}

function addPrune(executions: Command, finish: Finish): void {
	addCommand(executions, "prune", "delete old executions with all that belongs to them; those that run now stay")
		.option("--older-than <duration>", "those that have not changed since, such as 12h or 7d", duration)
		.option("--keep <n>", "of the others, all but the n that changed last", wholeNumber)
		.option("--dry-run", "delete nothing, print the ids that would be deleted")
		.action(async (options: Parameters<typeof import("./executions-change.ts").pruneCommand>[0]) => {
			const { pruneCommand } = await import("./executions-change.ts");
			finish(await pruneCommand(options));
		});
}

function addDelete(executions: Command, finish: Finish): void {
	addCommand(executions, "delete", "delete executions with all that belongs to them")
		.argument("<ids...>", "the executions")
		.action(async (ids: string[], options: Parameters<typeof import("./executions-change.ts").deleteCommand>[1]) => {
			const { deleteCommand } = await import("./executions-change.ts");
			finish(await deleteCommand(ids, options));
		});
}

function addExport(executions: Command, finish: Finish): void {
	addCommand(executions, "export", "print an execution's latest checkpoint: a MachineSnapshot as JSON")
		.argument("<id>", "the execution")
		.option("--at <step>", "the checkpoint of this step, not the latest", wholeNumber)
		.option("-o, --output <file>", "write there instead of stdout")
		.action(async (id: string, options: Parameters<typeof import("./executions-transfer.ts").exportCommand>[1]) => {
			const { exportCommand } = await import("./executions-transfer.ts");
			finish(await exportCommand(id, options));
		});
}

function addImport(executions: Command, finish: Finish): void {
	addCommand(executions, "import", "store a MachineSnapshot as an execution; prints its id")
		.argument("<file>", "JSON as `export` writes it; - to read stdin")
		.option("--id <id>", "id of the execution, in place of the snapshot's", executionId)
		.option("--force", "replace the execution that has this id")
		.action(async (file: string, options: Parameters<typeof import("./executions-transfer.ts").importCommand>[1]) => {
			const { importCommand } = await import("./executions-transfer.ts");
			finish(await importCommand(file, options));
		});
}
