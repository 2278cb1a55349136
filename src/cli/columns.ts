/** Tables of a terminal: columns as wide as their values, cut or left out where the terminal is too narrow. */
import { printable } from "../../compiler/diagnostics/printable.ts";
import { clipToWidth, textWidth } from "./text-width.ts";

export interface Column<Row> {
	readonly title: string;
	readonly value: (row: Row) => string;
	/** Numbers stand at the right edge. */
	readonly isNumber?: boolean;
	/** Columns of the terminal to which it may be cut; absent: it is shown whole or not at all. */
	readonly least?: number;
	/** Where not all have room, the highest rank goes first. The two lowest always stay. */
	readonly rank: number;
	/** Colours a cell; called with the cell's padded text. */
	readonly paint?: (text: string, row: Row) => string;
}

/** A column with the width that it has here. */
export interface FittedColumn<Row> extends Column<Row> {
	readonly width: number;
}

const gap = 2;

/** A text of a store on one line of a terminal or of a tab-separated table: what could break or steer it is escaped. */
export function oneLine(text: string): string {
	return printable(text).replaceAll("\t", "\\t").replaceAll("\n", "\\n");
}

/**
 * The columns that have room, in their order.
 * @param rows those by whose values the columns are measured
 * @param width the terminal's; Infinity shows all
 */
export function fitColumns<Row>(
	columns: readonly Column<Row>[],
	rows: readonly Row[],
	width: number,
): FittedColumn<Row>[] {
	const measured = columns.map((column) => {
		const widths = rows.map((row) => textWidth(oneLine(column.value(row))));
		const natural = widths.reduce((widest, each) => Math.max(widest, each), textWidth(column.title));
		return { ...column, natural, width: Math.min(natural, column.least ?? natural) };
	});
	const kept = [...measured].sort((a, b) => a.rank - b.rank);
	const total = () => kept.reduce((sum, column) => sum + column.width, gap * (kept.length - 1));
	while (kept.length > 2 && total() > width) kept.pop();
	let free = width - total();
	const widths = new Map(
		kept.map((column, index) => {
			// What not even the last two have room for is cut from the first.
			const more = index === 0 && free < 0 ? free : Math.min(column.natural - column.width, Math.max(free, 0));
			free -= more;
			return [column.title, Math.max(column.width + more, 1)];
		}),
	);
	return measured.flatMap(({ natural: _, ...column }) => {
		const fitted = widths.get(column.title);
		return fitted === undefined ? [] : [{ ...column, width: fitted }];
	});
}

/** The titles' line. */
export function titleLine<Row>(columns: readonly FittedColumn<Row>[], paint: (text: string) => string): string {
	return joinCells(
		columns,
		(column) => column.title,
		(_column, text) => paint(text),
	);
}

/** One row's line. */
export function rowLine<Row>(columns: readonly FittedColumn<Row>[], row: Row): string {
	return joinCells(
		columns,
		(column) => oneLine(column.value(row)),
		(column, text) => column.paint?.(text, row) ?? text,
	);
}

function joinCells<Row>(
	columns: readonly FittedColumn<Row>[],
	textOf: (column: FittedColumn<Row>) => string,
	paint: (column: FittedColumn<Row>, text: string) => string,
): string {
	const cells = columns.map((column, index) => {
		const text = clipToWidth(textOf(column), column.width);
		const blanks = " ".repeat(Math.max(0, column.width - textWidth(text)));
		const isLast = index === columns.length - 1;
		// Blanks stay without colour: a line that is underlined or inverted would show them.
		return column.isNumber ? blanks + paint(column, text) : paint(column, text) + (isLast ? "" : blanks);
	});
	return `${cells.join(" ".repeat(gap)).trimEnd()}\n`;
}
