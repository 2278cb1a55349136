/** Time travel: what the page says of a moment that has passed. */
import { expect, it } from "vitest";
import { actorRows, countStatuses } from "../../src/page/actor-rows.ts";
import { lightsAt } from "../../src/page/diagram-lights.ts";
import { diagramOf } from "../../src/page/diagram-of-actor.ts";
import { frameAt, momentOf, stateAt, statusAt, timeAt } from "../../src/page/moment.ts";
import { emptySession, receive, type Session } from "../../src/page/session.ts";
import { totalsAt } from "../../src/page/totals.ts";
import { roundTrip } from "./sample-runs.ts";

async function session(options: Parameters<typeof roundTrip>[0] = {}): Promise<Session> {
	return receive(emptySession, (await roundTrip(options)).messages);
}

/** The names of lit nodes. */
function litAt(of: Session, actorId: string, moment: number | null) {
	const actor = of.actors.get(actorId);
	const diagram = diagramOf(of, actor);
	if (actor === undefined || diagram === undefined) throw new Error(`There is no diagram of ${actorId}.`);
	const lights = lightsAt(of, diagram, actor, moment);
	return {
		standing: Object.fromEntries(lights.standing),
		visits: Object.fromEntries(lights.visits),
		taken: [...lights.taken].length,
		last: [...lights.last].length,
	};
}

it("finds the last frame that is not behind the moment, for any moment", async () => {
	const { frames } = await session();
	for (let moment = -1; moment <= frames.length; moment++) {
		expect(frameAt(frames, moment)).toBe(frames.findLast(({ seq }) => seq <= moment));
	}
	expect(frameAt(frames, null)).toBe(frames.at(-1));
	expect(momentOf(frames, 0)).toBe(0);
	expect(momentOf(frames, frames.length - 1)).toBeNull();
});

it("shows each actor as it was then", async () => {
	const run = await session();
	const child = run.actors.get("child.1");
	const first = run.framesOf.get("child.1")?.[0]?.seq ?? -1;
	if (child === undefined) throw new Error("no child");
	expect(statusAt(run, child, timeAt(run, 0))).toBe("not started");
	expect(statusAt(run, child, timeAt(run, first))).toBe("active");
	expect(statusAt(run, child, null)).toBe("done");
	expect(stateAt(run, child, 0)).toBeUndefined();
	expect(stateAt(run, child, first)).toBe("ask");
	expect(stateAt(run, child, null)).toBe("done");
	const rows = actorRows(run, { closed: new Set(), text: "", statuses: new Set(), time: timeAt(run, 0) });
	expect(rows.map(({ actor }) => actor.id)).toEqual(["root"]);
	expect(Object.fromEntries(countStatuses(run, timeAt(run, first)))).toEqual({ active: 3, done: 1 });
});

it("lights where the machine stands, how often it was where, and the arrow it took", async () => {
	const run = await session();
	expect(litAt(run, "root", 0)).toEqual({
		standing: { ask_for_each_stop: 1 },
		visits: { ask_for_each_stop: 1 },
		taken: 0,
		last: 0,
	});
	expect(litAt(run, "root", null)).toMatchObject({ standing: { done: 1 }, visits: { done: 1 }, last: 1 });
	expect(litAt(run, "child.0", null)).toEqual({
		standing: { done: 1 },
		visits: { ask: 1, done: 1 },
		taken: 1,
		last: 1,
	});
});

it("counts the children that stand in the states drawn inside of a state", async () => {
	const run = await session({ children: 5, finished: 2 });
	const { standing, visits, taken } = litAt(run, "root", null);
	expect(standing).toEqual({ ask_for_each_stop: 1, "ask_for_each_stop/guide/ask": 3 });
	expect(visits).toMatchObject({ "ask_for_each_stop/guide/ask": 5, "ask_for_each_stop/guide/done": 2 });
	expect(taken).toBe(1);
});

it("sums up what had been done then", async () => {
	const run = await session();
	expect(totalsAt(run, 0, 0)).toEqual({ steps: 1, calls: 0, cost: 0, duration: 0 });
	expect(totalsAt(run, null, 0)).toMatchObject({ steps: 8, calls: 3, cost: 0.0004 * 3 });
	expect(totalsAt(run, null, 0).duration).toBe(136);
});

it("takes the server's word for how much it is now: it also knows of what is kept no longer", async () => {
	const run = receive(await session(), [{ type: "totals", steps: 800, calls: 300, cost: 0.5 }]);
	expect(totalsAt(run, null, 0)).toMatchObject({ steps: 800, calls: 300, cost: 0.5 });
	expect(totalsAt(run, 0, 0)).toMatchObject({ steps: 1, calls: 0, cost: 0 });
});

it("counts what is under way until now, and a call's cost once it is known", async () => {
	const run = await session({ children: 5, finished: 2 });
	const start = run.actors.get("root")?.startedAt ?? 0;
	expect(totalsAt(run, null, start + 5000)).toMatchObject({ calls: 5, cost: 0.0008, duration: 5000 });
});

it("counts an agent whose call has failed among the failed", () => {
	const agent = {
		id: "a",
		parent: null,
		name: "writer",
		kind: "agent",
		status: "done",
		startedAt: 0,
		endedAt: 9,
	} as const;
	const call = {
		type: "call",
		id: "a",
		actor: "m",
		state: "s",
		agent: "writer",
		at: 0,
		endedAt: 9,
		error: "429",
	} as const;
	const run = receive(emptySession, [{ type: "actors", actors: [agent] }, call]);
	expect(statusAt(run, agent, null)).toBe("error");
	expect(statusAt(run, agent, 5)).toBe("active");
});
