/** What to light in a machine's diagram: where it stands, where it has been, and which arrows it took. */
import type { DiagramEdge, DiagramNode, LaidOutDiagram } from "../diagram/diagram.ts";
import type { InspectedActor, InspectedFrame } from "../inspect/protocol.ts";
import { diagramOf } from "./diagram-of-actor.ts";
import { type Moment, machineOf, placeAt, stateAt, statusAt, timeAt } from "./moment.ts";
import type { Session } from "./session.ts";

export interface DiagramLights {
	/** How many machines stand in a node, by its id: one in the machine's own state, more in those of its children. */
	readonly standing: ReadonlyMap<string, number>;
	/** How often it was entered, by the node's id. */
	readonly visits: ReadonlyMap<string, number>;
	/** Ids of edges. */
	readonly taken: ReadonlySet<string>;
	/** The edges that may have led to where it stands. */
	readonly last: ReadonlySet<string>;
}

/**
 * Frames say which state followed which; where several arrows connect the same two, all of them are lit.
 * @param actor a machine
 */
export function lightsAt(
	session: Session,
	diagram: LaidOutDiagram,
	actor: InspectedActor,
	moment: Moment,
): DiagramLights {
	const standing = new Map<string, number>();
	const visits = new Map<string, number>();
	const taken = new Set<string>();
	const own = new Map(diagram.nodes.filter(({ parent }) => parent === undefined).map((node) => [node.state, node]));
	const edges = edgesByEnds(diagram.edges);

	const frames = session.framesOf.get(actor.id) ?? [];
	let last: readonly DiagramEdge[] = [];
	for (const [before, frame] of moves(frames.slice(0, placeAt(frames, moment) + 1))) {
		const node = own.get(frame.state);
		if (node === undefined) continue;
		count(visits, node.id);
		const from = before && own.get(before.state);
		last = from === undefined ? [] : edgesBetween(edges, from, node);
		for (const edge of last) taken.add(edge.id);
	}
	const here = own.get(stateAt(session, actor, moment) ?? "");
	if (here !== undefined) count(standing, here.id);
	lightChildren(session, diagram, actor, moment, { standing, visits, taken, edges });
	for (const edge of launchesTaken(diagram, visits)) taken.add(edge.id);
	return { standing, visits, taken, last: new Set(last.map(({ id }) => id)) };
}

/** Each frame that entered a state, with the one before it. */
function* moves(frames: readonly InspectedFrame[]): Generator<readonly [InspectedFrame | undefined, InspectedFrame]> {
	let before: InspectedFrame | undefined;
	for (const frame of frames) {
		if (before?.state !== frame.state || before.step !== frame.step) yield [before, frame];
		before = frame;
	}
}

/** A launch leads to a machine as a whole: it was taken where that machine has been somewhere. */
function launchesTaken({ nodes, edges }: LaidOutDiagram, visits: ReadonlyMap<string, number>): readonly DiagramEdge[] {
	const entered = new Set(nodes.filter(({ id }) => visits.has(id)).map(({ parent }) => parent));
	return edges.filter(({ kind, from, to }) => kind === "launch" && visits.has(from) && entered.has(to));
}

interface LightsBeingMade {
	readonly standing: Map<string, number>;
	readonly visits: Map<string, number>;
	readonly taken: Set<string>;
	readonly edges: EdgesByEnds;
}

/** Machines below this one light the nodes of the groups that are drawn inside of it. */
function lightChildren(
	session: Session,
	diagram: LaidOutDiagram,
	actor: InspectedActor,
	moment: Moment,
	{ standing, visits, taken, edges }: LightsBeingMade,
): void {
	const nested = nestedNodes(diagram);
	if (nested.size === 0) return;
	const time = timeAt(session, moment);
	for (const child of machinesBelow(session, actor.id)) {
		const machine = diagramOf(session, child)?.machine ?? child.machine;
		const nodesOf = (state: string | undefined) => {
			const nodes = nested.get(`${machine}\0${state}`) ?? [];
			return nodes.length < 2 ? nodes : ofCaller(session, child, nodes);
		};
		const frames = session.framesOf.get(child.id) ?? [];
		for (const [before, frame] of moves(frames.slice(0, placeAt(frames, moment) + 1))) {
			for (const { node } of nodesOf(frame.state)) {
				count(visits, node.id);
				if (before === undefined) continue;
				for (const { node: from } of nodesOf(before.state)) {
					for (const edge of edgesBetween(edges, from, node)) taken.add(edge.id);
				}
			}
		}
		const status = statusAt(session, child, time);
		if (status !== "active" && status !== "waiting") continue;
		for (const { node } of nodesOf(stateAt(session, child, moment))) count(standing, node.id);
	}
}

interface NestedNode {
	readonly node: DiagramNode;
	/** The state that calls the machine which the node is of. */
	readonly caller: string | undefined;
}

/** By machine and state. */
function nestedNodes({ nodes, groups }: LaidOutDiagram): ReadonlyMap<string, readonly NestedNode[]> {
	const states = new Map(nodes.map(({ id, state }) => [id, state]));
	const callers = new Map(groups.map(({ id, owner }) => [id, states.get(owner)]));
	const found = new Map<string, NestedNode[]>();
	for (const node of nodes) {
		if (node.parent === undefined) continue;
		const key = `${node.machine}\0${node.state}`;
		const nested = { node, caller: callers.get(node.parent) };
		const same = found.get(key);
		if (same === undefined) found.set(key, [nested]);
		else same.push(nested);
	}
	return found;
}

/** Where several states call the same machine: those of the state in which its parent stood when it started. */
function ofCaller(session: Session, child: InspectedActor, nodes: readonly NestedNode[]): readonly NestedNode[] {
	const parent = child.parent === null ? undefined : machineOf(session, child.parent);
	const frame = session.framesOf.get(parent?.id ?? "")?.findLast(({ at }) => at <= child.startedAt);
	return frame === undefined ? nodes : nodes.filter(({ caller }) => caller === frame.state);
}

function* machinesBelow(session: Session, id: string): Generator<InspectedActor> {
	const seen = new Set([id]);
	const waiting = [id];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		for (const child of session.childrenOf.get(next) ?? []) {
			const actor = session.actors.get(child);
			if (actor === undefined || seen.has(child)) continue;
			seen.add(child);
			waiting.push(child);
			if (actor.kind === "machine") yield actor;
		}
	}
}

type EdgesByEnds = ReadonlyMap<string, readonly DiagramEdge[]>;

function edgesBetween(edges: EdgesByEnds, from: DiagramNode, to: DiagramNode): readonly DiagramEdge[] {
	return edges.get(`${from.id}\0${to.id}`) ?? [];
}

function edgesByEnds(edges: readonly DiagramEdge[]): EdgesByEnds {
	const found = new Map<string, DiagramEdge[]>();
	for (const edge of edges) {
		const key = `${edge.from}\0${edge.to}`;
		const same = found.get(key);
		if (same === undefined) found.set(key, [edge]);
		else same.push(edge);
	}
	return found;
}

function count(counts: Map<string, number>, key: string): void {
	counts.set(key, (counts.get(key) ?? 0) + 1);
}
