/** Writes a test file for each machine, and takes care of what is there already. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import { UsageError } from "../../cli/usage-error.ts";
import { writeFileAtomically } from "../../cli/write-file.ts";
import { compiledFileIn } from "./compile-statements.ts";
import { type TestChanges, testChanges } from "./test-changes.ts";
import { type EmittedScenario, testFile } from "./test-file.ts";

export interface TestedMachine {
	readonly plan: Pick<MachinePlan, "id" | "name" | "file">;
	readonly scenarios: readonly EmittedScenario[];
}

export interface EmittedFile {
	/** Relative to the working directory where `dir` is. */
	readonly path: string;
	readonly tests: number;
	/** `kept`: the file was there already, word for word. */
	readonly status: "written" | "kept" | "updated";
	/** Where the file was there and differed. */
	readonly changes?: TestChanges;
	/** Where the text went that had tests that were edited by hand. */
	readonly editedCopy?: string;
}

export interface EmitOptions {
	/** The folder to write to; it is made where it is missing. */
	readonly dir: string;
	/** Replace files that differ. */
	readonly update: boolean;
	/** A profiles catalog that the machines were compiled with. */
	readonly profiles?: string | undefined;
}

interface Draft {
	readonly path: string;
	readonly tests: number;
	readonly text: string;
	readonly before?: string;
}

/**
 * Writes all of the files or, where it refuses one, none.
 * @throws UsageError where a file is in the way, Error of `node:fs`
 */
export function emitTests(
	machines: readonly TestedMachine[],
	{ dir, update, profiles }: EmitOptions,
): readonly EmittedFile[] {
	// Vitest takes a file without tests for a mistake.
	const tested = machines.filter(({ scenarios }) => scenarios.length > 0);
	const names = fileNames(tested);
	const drafts = tested.map((machine, index): Draft => {
		const path = join(dir, names[index] ?? "");
		const { name, file, id } = machine.plan;
		const text = testFile({
			name,
			file: pathFrom(dir, file),
			inner: id.startsWith(`${file}#`) ? id.slice(file.length + 1) : undefined,
			profiles: profiles === undefined ? undefined : pathFrom(dir, profiles),
			scenarios: machine.scenarios,
		});
		const before = existsSync(path) ? { before: readFileSync(path, "utf8") } : {};
		return { path, text, tests: machine.scenarios.length, ...before };
	});
	for (const draft of drafts) refuseWhatIsInTheWay(draft, update);
	mkdirSync(dir, { recursive: true });
	return drafts.map(write);
}

function write({ path, tests, text, before }: Draft): EmittedFile {
	if (before === text) return { path, tests, status: "kept" };
	const changes = before === undefined ? undefined : testChanges(before, text);
	const editedCopy = changes && changes.edited.size > 0 ? `${path}.orig` : undefined;
	if (editedCopy !== undefined && before !== undefined) writeFileAtomically(editedCopy, before);
	writeFileAtomically(path, text);
	return {
		path,
		tests,
		status: changes ? "updated" : "written",
		...(changes && { changes }),
		...(editedCopy !== undefined && { editedCopy }),
	};
}

function refuseWhatIsInTheWay({ path, text, before }: Draft, update: boolean): void {
	if (before === undefined || before === text) return;
	const [mine, other] = [text, before].map(machineOf);
	if (mine === undefined || other === undefined) {
		throw new UsageError(`${path} was not written by \`--emit\`. Move it away, or choose another folder.`);
	}
	if (other.text !== mine.text && existsSync(resolve(dirname(path), other.file))) {
		throw new UsageError(`${path} has the tests of ${other.text}. Choose another folder.`);
	}
	if (update) return;
	const { edited } = testChanges(before, text);
	throw new UsageError(
		`${path} is there and differs from what would be written${edited.size > 0 ? "; it has been edited" : ""}. ` +
			"With `--update` it is written anew, and what changes is listed.",
	);
}

interface NamedMachine {
	readonly file: string;
	/** With the place inside of the file. */
	readonly text: string;
}

/** The machine that the tests of a file are for, as they name it. */
function machineOf(test: string): NamedMachine | undefined {
	const file = compiledFileIn(test);
	if (file === undefined) return undefined;
	const inner = /= innerMachine\([\s\S]*?,\s*["']([^"'\n]+)["'],?\s*\);/.exec(test)?.[1];
	return { file, text: inner === undefined ? file : `${file}#${inner}` };
}

function pathFrom(dir: string, file: string): string {
	const path = relative(dir, file).replaceAll("\\", "/");
	return path.startsWith(".") ? path : `./${path}`;
}

/** After the machines' names; a number where two are alike. */
function fileNames(machines: readonly TestedMachine[]): readonly string[] {
	const used = new Set<string>();
	return machines.map(({ plan: { name } }) => {
		const base = name.replace(/[^\p{L}\p{N}_-]+/gu, "-").replace(/^-+|-+$/g, "") || "machine";
		let unique = base;
		for (let n = 2; used.has(unique.toLowerCase()); n += 1) unique = `${base}-${n}`;
		used.add(unique.toLowerCase());
		return `${unique}.test.ts`;
	});
}
