/** The SVG path of an arrow through its bends, with round corners. */
import type { Point } from "../diagram/diagram.ts";

/** @param radius pixels; smaller where two bends are close */
export function routePath(points: readonly Point[], radius = 6): string {
	const [start, ...rest] = points;
	if (start === undefined) return "";
	let path = `M${at(start)}`;
	let before = start;
	rest.forEach((bend, index) => {
		const after = rest[index + 1];
		if (after === undefined) {
			path += `L${at(bend)}`;
			return;
		}
		const size = Math.min(radius, distance(before, bend) / 2, distance(bend, after) / 2);
		path += `L${at(towards(bend, before, size))}Q${at(bend)} ${at(towards(bend, after, size))}`;
		before = bend;
	});
	return path;
}

function towards(from: Point, to: Point, length: number): Point {
	const whole = distance(from, to);
	if (whole === 0) return from;
	return { x: from.x + ((to.x - from.x) * length) / whole, y: from.y + ((to.y - from.y) * length) / whole };
}

function distance(from: Point, to: Point): number {
	return Math.hypot(to.x - from.x, to.y - from.y);
}

function at({ x, y }: Point): string {
	return `${round(x)} ${round(y)}`;
}

function round(pixels: number): number {
	return Math.round(pixels * 10) / 10;
}
