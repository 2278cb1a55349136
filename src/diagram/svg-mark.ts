/** The marks of coverage: a tick, a cross and a question mark on a disc, so that colour is not all that tells. */
import type { CoverageMark } from "./coverage.ts";
import type { Point } from "./diagram.ts";
import { element, numberText } from "./xml.ts";

export const markRadius = 7;

/** Lines around 0, 0. */
const signs: Readonly<Record<CoverageMark, string>> = {
	covered: "M-3.2,.3L-1,2.6L3.2,-2.4",
	dead: "M-2.6,-2.6L2.6,2.6M-2.6,2.6L2.6,-2.6",
	unsolved: "M-2,-1.8C-2,-4.4 2,-4.4 2,-1.8C2,-.4 0,-.4 0,1.2M0,3.4L0,3.5",
};

export function markAt({ x, y }: Point, mark: CoverageMark): string {
	const disc = element("circle", { class: "disc", r: markRadius });
	const sign = element("path", { class: "sign", d: signs[mark] });
	const transform = `translate(${numberText(x)},${numberText(y)})`;
	return element("g", { class: `mark ${mark}`, transform }, disc + sign);
}
