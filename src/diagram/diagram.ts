/** A machine as boxes and arrows: what every picture format is made of. Plain JSON. */

/** A node of the diagram. A child machine that is drawn is a group of nodes of its own. */
export interface DiagramNode {
	/** Unique in the diagram: the state's name behind the path of its group. */
	readonly id: string;
	/** The YAML state, for lighting it while a machine runs. */
	readonly state: string;
	/** The plan that the state belongs to. */
	readonly machine: string;
	readonly kind: "initial" | "final" | "normal";
	readonly label: string;
	/** What it does, a line each: `agent writer`, `retry ×3`, `foreach item in items → worker`, `wait for approval`. */
	readonly lines: readonly string[];
	/** The name and the lines in full, where something of them was cut. */
	readonly title?: string;
	/** The node, of kind `group`, that holds it. */
	readonly parent?: string;
	readonly coverage?: "covered" | "dead" | "unsolved";
}

export interface DiagramGroup {
	/** Unique among groups and nodes. */
	readonly id: string;
	readonly label: string;
	/** The node of the state whose child machine this is; it is drawn inside of that node, unless it is launched. */
	readonly owner: string;
	readonly machine: string;
	/** The group that holds the owner. */
	readonly parent?: string;
	/** It runs on its own: it is drawn beside the owner, and an edge of kind `launch` leads to it. */
	readonly isLaunched?: true;
}

export interface DiagramEdge {
	readonly id: string;
	readonly from: string;
	/** A node; a group for a launch. */
	readonly to: string;
	readonly kind: "transition" | "error" | "launch";
	/**
	 * The condition as written, cut to a readable length, in lines with `\n` between; empty where there is nothing to say.
	 * Where several ways lead on and their order counts, each has its number in front.
	 */
	readonly label: string;
	/** The whole text. */
	readonly title: string;
	/** The keys (`review#2`, `review!TimeoutError`) of the transitions that it stands for; none for a launch. */
	readonly transitions?: readonly string[];
	readonly coverage?: "covered" | "dead" | "unsolved";
}

export interface Diagram {
	readonly title: string;
	readonly machine: string;
	readonly nodes: readonly DiagramNode[];
	readonly groups: readonly DiagramGroup[];
	readonly edges: readonly DiagramEdge[];
}

/** Pixels from the diagram's upper left corner. */
export interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

export interface Point {
	readonly x: number;
	readonly y: number;
}

/** A diagram with places: every node and group has a box, every edge its bends and the box of its label. */
export interface LaidOutDiagram extends Diagram {
	readonly width: number;
	readonly height: number;
	readonly boxes: Readonly<Record<string, Box>>;
	readonly routes: Readonly<Record<string, { readonly points: readonly Point[]; readonly label?: Box }>>;
	/** Where each machine begins: a dot, and the arrow from it to the initial state's node. */
	readonly starts?: readonly { readonly node: string; readonly dot: Box; readonly points: readonly Point[] }[];
}
