/** The time, as React state that moves each second while somebody needs it. */
import { useEffect, useState } from "react";

/** @returns milliseconds since the epoch */
export function useNow(isMoving: boolean): number {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		if (!isMoving) return;
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, [isMoving]);
	return now;
}
