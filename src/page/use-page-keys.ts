/** Keys that work wherever the focus is, but for fields that one types in. */
import { useEffect, useRef } from "react";

/** @param keys what to do, by the key's character */
export function usePageKeys(keys: Readonly<Record<string, () => unknown>>): void {
	const current = useRef(keys);
	useEffect(() => {
		current.current = keys;
	});
	useEffect(() => {
		function onKeyDown(event: KeyboardEvent) {
			if (event.ctrlKey || event.metaKey || event.altKey || isTypedIn(event.target)) return;
			const act = Object.hasOwn(current.current, event.key) ? current.current[event.key] : undefined;
			if (act === undefined) return;
			event.preventDefault();
			act();
		}
		document.addEventListener("keydown", onKeyDown);
		return () => document.removeEventListener("keydown", onKeyDown);
	}, []);
}

function isTypedIn(target: EventTarget | null): boolean {
	if (!(target instanceof Element)) return false;
	if (target.closest("dialog") !== null) return true;
	return target.matches("textarea, select, input:not([type=range], [type=checkbox])");
}
