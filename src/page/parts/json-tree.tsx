/** A JSON value as a tree that opens and closes, with what changed lit. */
import { type KeyboardEvent, type MouseEvent, memo, useMemo, useState } from "react";
import { type ContextRow, contextRows, longText } from "../context-rows.ts";
import { formatCount, previewOf } from "../format.ts";
import { ChevronIcon } from "./icons.tsx";

const nothing: readonly (readonly string[])[] = [];

export interface JsonTreeProps {
	readonly label: string;
	readonly value: unknown;
	readonly changed?: readonly (readonly string[])[] | undefined;
	/** The value before the changes. */
	readonly before?: unknown;
}

/** What is open stays so when another value of the same shape is shown. */
export function JsonTree({ label, value, changed = nothing, before }: JsonTreeProps) {
	const [open, setOpen] = useState<ReadonlyMap<string, boolean>>(new Map());
	const rows = useMemo(() => contextRows(value, { open, changed, before }), [value, open, changed, before]);

	function toggle(element: Element, isOpen?: boolean) {
		const row = rows[Number(element.getAttribute("data-row"))];
		if (row?.isOpen === undefined || row.isOpen === isOpen) return;
		setOpen(new Map(open).set(row.id, !row.isOpen));
	}

	function onClick(event: MouseEvent) {
		if (!(event.target instanceof Element) || event.target.closest("pre") !== null) return;
		const row = event.target.closest("[data-row]");
		if (row !== null && window.getSelection()?.type !== "Range") toggle(row);
	}

	function onKeyDown(event: KeyboardEvent<HTMLElement>) {
		const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
		const place = items.findIndex((item) => item.matches(":focus"));
		const item = items[place];
		if (event.key === "ArrowDown") items[Math.min(place + 1, items.length - 1)]?.focus();
		else if (event.key === "ArrowUp") items[Math.max(place - 1, 0)]?.focus();
		else if (event.key === "Home") items[0]?.focus();
		else if (event.key === "End") items.at(-1)?.focus();
		else if (item === undefined) return;
		else if (event.key === "ArrowRight") toggle(item, true);
		else if (event.key === "ArrowLeft") toggle(item, false);
		else if (event.key === "Enter" || event.key === " ") toggle(item);
		else return;
		event.preventDefault();
		event.stopPropagation();
	}

	if (rows.length === 0) return <p className="empty">Empty</p>;
	return (
		<div className="json" role="tree" aria-label={label} tabIndex={0} onClick={onClick} onKeyDown={onKeyDown}>
			{rows.map((row, index) => (
				<div
					key={row.id}
					data-row={index}
					className={`member ${row.change ?? ""} ${row.kind === "removed" ? "removed" : ""}`}
					role="treeitem"
					aria-level={row.depth + 1}
					aria-expanded={row.isOpen}
					aria-selected={false}
					tabIndex={-1}
					style={{ paddingLeft: 6 + Math.min(row.depth, 20) * 14 }}
				>
					<Member row={row} />
				</div>
			))}
		</div>
	);
}

const Member = memo(function Member({ row }: { readonly row: ContextRow }) {
	const { key, isOpen, before } = row;
	return (
		<>
			<span className="toggle">{isOpen !== undefined && <ChevronIcon isOpen={isOpen} />}</span>
			<span className="key">{key}</span>
			<span className="hidden">{row.change === "changed" ? "changed" : ""}</span>
			<Value row={row} />
			{before !== undefined && row.kind !== "removed" && (
				<span className="before" title={previewOf(before.value, 2000)}>
					was {previewOf(before.value, 40)}
				</span>
			)}
		</>
	);
});

function Value({ row }: { readonly row: ContextRow }) {
	const { kind, value, isOpen, size } = row;
	switch (kind) {
		case "object":
		case "list": {
			const brackets = kind === "list" ? "[]" : "{}";
			if (size === 0) return <span className="value plain">{brackets}</span>;
			const count = kind === "list" ? formatCount(size) : "";
			if (isOpen === true) return <span className="value plain">{count}</span>;
			return <span className="value plain cut">{previewOf(value, 80)}</span>;
		}
		case "range":
			return <span className="value plain">{isOpen === true ? "" : "…"}</span>;
		case "removed":
			return <span className="value plain">removed</span>;
		case "string":
			return <Text text={String(value)} isOpen={isOpen} />;
		default:
			return <span className={`value ${kind}`}>{String(value)}</span>;
	}
}

function Text({ text, isOpen }: { readonly text: string; readonly isOpen: boolean | undefined }) {
	if (isOpen === true) return <pre className="value string">{text}</pre>;
	if (isOpen === undefined) return <span className="value string">{text === "" ? '""' : text}</span>;
	return (
		<>
			<span className="value string cut">{previewOf(text, longText)}</span>
			<span className="size">{formatCount(text.length)} characters</span>
		</>
	);
}
