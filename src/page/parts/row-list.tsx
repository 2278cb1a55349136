/** A long list of equally high rows, of which only those in sight are in the document. Moved through with the keyboard. */
import {
	type KeyboardEvent,
	type MouseEvent,
	type ReactNode,
	useEffect,
	useId,
	useLayoutEffect,
	useRef,
	useState,
} from "react";
import { scrollToRow, windowOfRows } from "../window-of-rows.ts";

export interface RowListProps<Item> {
	readonly label: string;
	readonly role: "listbox" | "tree";
	readonly items: readonly Item[];
	/** Pixels. */
	readonly rowHeight: number;
	/** Stays the same for an item while others come and go. */
	readonly keyOf: (item: Item) => string | number;
	/** What screen readers are told beside the row's text. */
	readonly attributes?: (item: Item) => Readonly<Record<`aria-${string}`, string | number | boolean | undefined>>;
	readonly render: (item: Item) => ReactNode;
	/** The place of the chosen row; -1 for none. */
	readonly chosen: number;
	/** @param target what was clicked; null for the keyboard */
	readonly onChoose: (item: Item, target: Element | null) => void;
	/** Keys beside those that move. @returns whether it was one */
	readonly onKey?: (key: string, item: Item) => boolean;
	/** Stays at the last row where it is scrolled to it. */
	readonly followsEnd?: boolean;
}

export function RowList<Item>(props: RowListProps<Item>) {
	const { label, role, items, rowHeight, keyOf, attributes, render, chosen, onChoose, onKey, followsEnd } = props;
	const frame = useRef<HTMLDivElement>(null);
	const isAtEnd = useRef(true);
	const [view, setView] = useState({ top: 0, height: 0 });
	const id = useId();

	useLayoutEffect(() => {
		const element = frame.current;
		if (element === null) return;
		const observer = new ResizeObserver(() => setView({ top: element.scrollTop, height: element.clientHeight }));
		observer.observe(element);
		return () => observer.disconnect();
	}, []);

	// biome-ignore lint/correctness/useExhaustiveDependencies: it follows the number of rows
	useLayoutEffect(() => {
		const element = frame.current;
		if (element === null || followsEnd !== true || !isAtEnd.current) return;
		element.scrollTop = element.scrollHeight;
	}, [items.length, followsEnd]);

	useEffect(() => {
		const element = frame.current;
		if (element === null || chosen < 0) return;
		element.scrollTop = scrollToRow(chosen, rowHeight, element.scrollTop, element.clientHeight);
	}, [chosen, rowHeight]);

	function onScroll() {
		const element = frame.current;
		if (element === null) return;
		isAtEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeight;
		setView({ top: element.scrollTop, height: element.clientHeight });
	}

	function onKeyDown(event: KeyboardEvent) {
		const item = items[chosen];
		const moved = rowAfterKey(event.key, chosen, items.length, Math.floor(view.height / rowHeight));
		if (moved !== undefined) {
			const next = items[moved];
			if (next !== undefined) onChoose(next, null);
		} else if (item === undefined || onKey?.(event.key, item) !== true) {
			return;
		}
		event.preventDefault();
		event.stopPropagation();
	}

	function onClick(event: MouseEvent) {
		if (!(event.target instanceof Element)) return;
		const row = event.target.closest<HTMLElement>("[data-row]");
		const item = items[Number(row?.dataset.row)];
		if (item === undefined) return;
		// A row that has the focus would take it along when it is scrolled out of the document.
		frame.current?.focus({ preventScroll: true });
		onChoose(item, event.target);
	}

	const { first, end } = windowOfRows(items.length, rowHeight, view.top, view.height);
	const isChosenDrawn = chosen >= first && chosen < end;
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: it is a list box or a tree, as the caller says
		// biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have a name and an active descendant
		<div
			className="row-list"
			ref={frame}
			role={role}
			aria-label={label}
			tabIndex={0}
			aria-activedescendant={isChosenDrawn ? `${id}-${chosen}` : undefined}
			onScroll={onScroll}
			onKeyDown={onKeyDown}
			onClick={onClick}
		>
			<div role="presentation" style={{ height: items.length * rowHeight }}>
				<div role="presentation" style={{ transform: `translateY(${first * rowHeight}px)` }}>
					{items.slice(first, end).map((item, index) => (
						// biome-ignore lint/a11y/useAriaPropsSupportedByRole: options and tree items have all of these
						<div
							key={keyOf(item)}
							id={`${id}-${first + index}`}
							data-row={first + index}
							className="row"
							style={{ height: rowHeight }}
							role={role === "tree" ? "treeitem" : "option"}
							aria-selected={first + index === chosen}
							aria-setsize={items.length}
							aria-posinset={first + index + 1}
							tabIndex={-1}
							{...attributes?.(item)}
						>
							{render(item)}
						</div>
					))}
				</div>
			</div>
		</div>
	);
}

function rowAfterKey(key: string, row: number, count: number, page: number): number | undefined {
	const moves: Readonly<Record<string, number>> = {
		ArrowDown: row + 1,
		ArrowUp: row - 1,
		PageDown: row + page,
		PageUp: row - page,
		Home: 0,
		End: count - 1,
	};
	const moved = Object.hasOwn(moves, key) ? moves[key] : undefined;
	return moved === undefined ? undefined : Math.max(0, Math.min(count - 1, moved));
}
