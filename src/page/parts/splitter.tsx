/** The line between two panels, which moves by pointer and by arrow keys. */
import type { KeyboardEvent, PointerEvent } from "react";

export interface SplitterProps {
	readonly label: string;
	/** Of the line itself. */
	readonly direction: "vertical" | "horizontal";
	/** Pixels of the panel that it sizes. */
	readonly size: number;
	readonly least: number;
	readonly most: number;
	/** 1 where the panel is before the line, -1 where it is behind it. */
	readonly side: 1 | -1;
	readonly onSize: (size: number) => void;
}

export function Splitter({ label, direction, size, least, most, side, onSize }: SplitterProps) {
	const isVertical = direction === "vertical";
	const set = (next: number) => onSize(Math.round(Math.max(least, Math.min(most, next))));

	function onPointerDown(event: PointerEvent<HTMLElement>) {
		event.preventDefault();
		const line = event.currentTarget;
		const start = isVertical ? event.clientX : event.clientY;
		line.setPointerCapture(event.pointerId);
		const move = (moved: globalThis.PointerEvent) =>
			set(size + side * ((isVertical ? moved.clientX : moved.clientY) - start));
		line.addEventListener("pointermove", move);
		line.addEventListener("lostpointercapture", () => line.removeEventListener("pointermove", move), { once: true });
	}

	function onKeyDown(event: KeyboardEvent) {
		const [less, more] = isVertical ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
		if (event.key === more) set(size + side * 16);
		else if (event.key === less) set(size - side * 16);
		else return;
		event.preventDefault();
	}

	return (
		// biome-ignore lint/a11y/useSemanticElements: a rule does not move
		<div
			className={`splitter ${direction}`}
			role="separator"
			aria-label={label}
			aria-orientation={direction}
			aria-valuenow={size}
			aria-valuemin={least}
			aria-valuemax={most}
			tabIndex={0}
			onPointerDown={onPointerDown}
			onKeyDown={onKeyDown}
		/>
	);
}
