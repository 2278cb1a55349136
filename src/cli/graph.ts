/** `flatstate graph FILE`: the machine as a picture, or as text for programs that draw. */
import { readFile } from "node:fs/promises";
import { dirname, extname, relative, resolve } from "node:path";
import { printable } from "../../compiler/diagnostics/printable.ts";
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import { compileFile } from "../compile.ts";
import type { MachineCoverage } from "../diagram/coverage.ts";
import type { Diagram } from "../diagram/diagram.ts";
import { diagramOf } from "../diagram/diagram-of.ts";
import { DiagramError } from "../diagram/errors.ts";
import { compileOrExplain } from "./compile-or-explain.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { orUsageError } from "./or-usage-error.ts";
import { diagnosticsText } from "./print-diagnostics.ts";
import { wantsColor, writeTo } from "./streams.ts";
import { UsageError } from "./usage-error.ts";
import { writeFileAtomically } from "./write-file.ts";

export const graphFormats = ["mermaid", "dot", "svg", "png", "json"] as const;
export type GraphFormat = (typeof graphFormats)[number];

export interface GraphCommandOptions {
	readonly format?: GraphFormat;
	/** A report of `flatstate test --coverage`. */
	readonly coverage?: string;
	readonly output?: string;
	readonly profiles?: string;
	/** Levels of child machines that are drawn. */
	readonly depth?: number;
	/** False for `--no-children`. */
	readonly children?: boolean;
	readonly direction?: "down" | "right";
	readonly theme?: "auto" | "light" | "dark";
	/** Pixels of a PNG for one of the diagram. */
	readonly scale?: number;
}

const endings: Readonly<Record<string, GraphFormat>> = {
	".mmd": "mermaid",
	".mermaid": "mermaid",
	".dot": "dot",
	".gv": "dot",
	".svg": "svg",
	".png": "png",
	".json": "json",
};

/**
 * Prints or writes the picture; warnings go to stderr.
 * @throws CompileError, UsageError, DiagramError
 */
export async function graphCommand(file: string, options: GraphCommandOptions): Promise<ExitCode> {
	const { output, profiles } = options;
	const format = formatOf(options);
	if (format === "png" && output === undefined && process.stdout.isTTY) {
		throw new UsageError("A terminal cannot show a PNG: name a file with -o machine.png, or send it through a pipe.");
	}
	const compileOptions = profiles === undefined ? {} : { profilesFile: resolve(profiles) };
	const { plan, plans, diagnostics } = compileOrExplain(file, () => compileFile(file, compileOptions));
	await writeTo(process.stderr, diagnosticsText(diagnostics, wantsColor(process.stderr)));
	const coverage = options.coverage === undefined ? undefined : await coverageFrom(options.coverage, file, plans);
	const depth = options.children === false ? 0 : options.depth;
	const diagram = diagramOf(plan, plans, {
		machineId: idFrom(dirname(resolve(file))),
		...(depth !== undefined && { depth }),
		...(coverage && { coverage }),
	});
	const drawn = await draw(diagram, format, options);
	if (output === undefined) {
		await writeOut(drawn);
		return exitCodes.done;
	}
	await orUsageError(`Cannot write ${output}`, () => writeFileAtomically(output, drawn));
	await writeTo(process.stderr, `Wrote ${output}\n`);
	return exitCodes.done;
}

function formatOf({ format, output }: GraphCommandOptions): GraphFormat {
	if (format !== undefined) return format;
	if (output === undefined) return "mermaid";
	const ending = endings[extname(output).toLowerCase()];
	if (ending !== undefined) return ending;
	throw new UsageError(
		`The ending of ${output} says no format. Use ${Object.keys(endings).join(", ")}, or give --format.`,
	);
}

async function coverageFrom(
	report: string,
	file: string,
	plans: ReadonlyMap<string, MachinePlan>,
): Promise<ReadonlyMap<string, MachineCoverage>> {
	const cannot = `Cannot use ${report} for --coverage`;
	const text = await orUsageError(cannot, () => readFile(report, "utf8"));
	const { matchCoverage, readCoverage } = await import("../diagram/read-coverage.ts");
	const machines = await orUsageError(cannot, () => readCoverage(text));
	const { coverage, warnings } = matchCoverage(machines, plans, process.cwd());
	if (coverage.size === 0) {
		const names = machines.map(({ machine }) => machine).join(", ");
		throw new UsageError(`${cannot}: it has nothing about ${file}, only about ${names === "" ? "no machine" : names}.`);
	}
	await writeTo(process.stderr, warnings.map((warning) => `warning: ${printable(warning)}\n`).join(""));
	return coverage;
}

/** Plans by their files' paths from the machine's folder: the picture is the same wherever that lies. */
function idFrom(folder: string): (planId: string) => string {
	return (planId) => {
		const [file = "", ...inner] = planId.split("#");
		return [relative(folder, file).replaceAll("\\", "/"), ...inner].join("#");
	};
}

async function draw(diagram: Diagram, format: GraphFormat, options: GraphCommandOptions): Promise<string | Uint8Array> {
	if (format === "mermaid") return (await import("../diagram/mermaid.ts")).toMermaid(diagram);
	if (format === "dot") return (await import("../diagram/dot.ts")).toDot(diagram);
	const { direction, theme, scale } = options;
	const { layOut } = await import("../diagram/lay-out.ts");
	const placed = await orUsage(() => layOut(diagram, direction === undefined ? {} : { direction }));
	switch (format) {
		case "json":
			return `${JSON.stringify(placed, null, "\t")}\n`;
		case "svg":
			return (await import("../diagram/svg.ts")).toSvg(placed, theme === undefined ? {} : { theme });
		case "png": {
			const { toPng } = await import("../diagram/png.ts");
			const given = { ...(scale !== undefined && { scale }), ...(theme === "dark" && { theme }) };
			return orUsage(() => toPng(placed, given));
		}
	}
}

/** What a diagram cannot is for the user to mend: another format, a smaller picture, a missing package. */
async function orUsage<T>(make: () => Promise<T>): Promise<T> {
	try {
		return await make();
	} catch (error) {
		if (error instanceof DiagramError) throw new UsageError(error.message, { cause: error });
		throw error;
	}
}

/** Text without what could steer a terminal: a name may hold anything. */
async function writeOut(drawn: string | Uint8Array): Promise<void> {
	await writeTo(process.stdout, typeof drawn === "string" ? printable(drawn) : drawn);
}
