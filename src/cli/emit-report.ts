/** `flatstate test --emit`: writes the test files and says which, and what changed in those that were there. */
import { printable } from "../../compiler/diagnostics/printable.ts";
import { type EmitOptions, type EmittedFile, emitTests, type TestedMachine } from "../testing/emit/emit-tests.ts";
import { counted } from "./print-diagnostics.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Writes a test file for each machine.
 * @returns a short list for people
 * @throws UsageError where a file is in the way, or cannot be written
 */
export function emitAndReport(machines: readonly TestedMachine[], options: EmitOptions): string {
	return printable(emitOrExplain(machines, options).map(fileText).join(""));
}

function emitOrExplain(machines: readonly TestedMachine[], options: EmitOptions): readonly EmittedFile[] {
	try {
		return emitTests(machines, options);
	} catch (cause) {
		if (cause instanceof UsageError) throw cause;
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new UsageError(`Cannot write tests to ${options.dir}: ${reason}`, { cause });
	}
}

function fileText({ path, tests, status, changes, editedCopy }: EmittedFile): string {
	if (status === "kept") return `${path} is up to date: ${counted(tests, "test")}\n`;
	if (!changes) return `Wrote ${path}: ${counted(tests, "test")}\n`;
	const { added, removed, changed, unchanged, edited, lines } = changes;
	const told = (sign: string) => (name: string) => {
		const changedLines = (lines.get(name) ?? []).map((line) => `      ${line}\n`);
		return `  ${sign} ${name}${edited.has(name) ? " (it had been edited)" : ""}\n${changedLines.join("")}`;
	};
	const counts = [
		[added, "added"],
		[removed, "removed"],
		[changed, "changed"],
		[unchanged, "as before"],
	] as const;
	const parts = counts.flatMap(([{ length }, word]) => (length > 0 ? [`${length} ${word}`] : []));
	return [
		`Updated ${path}: ${parts.join(", ") || "no tests"}\n`,
		...added.map(told("+")),
		...removed.map(told("-")),
		...changed.map(told("~")),
		...(editedCopy === undefined ? [] : [`  The file with your edits is kept as ${editedCopy}.\n`]),
	].join("");
}
