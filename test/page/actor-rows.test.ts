/** The tree of actors: what is open, what a filter leaves, and what a wrong tree does. */
import { expect, it } from "vitest";
import type { InspectedActor } from "../../src/inspect/protocol.ts";
import { type ActorView, actorRows } from "../../src/page/actor-rows.ts";
import { emptySession, receive } from "../../src/page/session.ts";

function rowsOf(actors: readonly (Partial<InspectedActor> & { id: string })[], view: Partial<ActorView> = {}) {
	const whole = actors.map(
		(actor): InspectedActor => ({
			parent: null,
			name: actor.id,
			kind: "machine",
			status: "active",
			startedAt: 0,
			...actor,
		}),
	);
	const session = receive(emptySession, [{ type: "actors", actors: whole }]);
	const rows = actorRows(session, { closed: new Set(), text: "", statuses: new Set(), time: null, ...view });
	return rows.map(({ actor, depth }) => `${"-".repeat(depth)}${actor.id}`);
}

const family = [
	{ id: "root" },
	{ id: "a", parent: "root" },
	{ id: "a1", parent: "a", status: "error", state: "write" },
	{ id: "b", parent: "root", status: "done" },
] as const;

it("shows children under their parents", () => {
	expect(rowsOf(family)).toEqual(["root", "-a", "--a1", "-b"]);
	expect(rowsOf(family.toReversed())).toEqual(["root", "-b", "-a", "--a1"]);
});

it("leaves out what is below a closed one", () => {
	expect(rowsOf(family, { closed: new Set(["a"]) })).toEqual(["root", "-a", "-b"]);
});

it("filters by name, state and status, with the way to what is left", () => {
	expect(rowsOf(family, { text: "WRITE", closed: new Set(["a"]) })).toEqual(["root", "-a", "--a1"]);
	expect(rowsOf(family, { statuses: new Set(["done"]) })).toEqual(["root", "-b"]);
	expect(rowsOf(family, { text: "nobody" })).toEqual([]);
});

it("shows those whose parent is not known at the top", () => {
	expect(rowsOf([{ id: "child", parent: "gone" }, { id: "root" }])).toEqual(["child", "root"]);
});

it("ends at actors that are each other's parents", () => {
	const circle = [{ id: "a", parent: "b" }, { id: "b", parent: "a" }, { id: "c" }] as const;
	expect(rowsOf(circle)).toEqual(["c"]);
	expect(rowsOf(circle, { text: "a" })).toEqual([]);
});

it("makes the rows of 10,000 children", () => {
	const children = Array.from({ length: 10_000 }, (_, n) => ({ id: `c${n}`, parent: "root" }));
	expect(rowsOf([{ id: "root" }, ...children])).toHaveLength(10_001);
});
