import { describe, expect, it } from "vitest";
import { createActor, createMachine, type InspectionEvent } from "xstate";
import { createRedaction } from "../../src/inspect/redaction.ts";
import { StatelyRelay } from "../../src/inspect/stately-relay.ts";

/** An actor's own events: that it is there, that it starts, and where it stands. */
function eventsOfOne(): InspectionEvent[] {
	const events: InspectionEvent[] = [];
	const machine = createMachine({ id: "one", initial: "a", states: { a: {} } });
	createActor(machine, { inspect: (event) => events.push(event) }).start();
	return events.filter(({ type }) => /^@xstate\.(?:actor|event|snapshot)$/.test(type));
}

/** Resolves with what a viewer that comes now is told, once so many texts have come. */
function told(relay: StatelyRelay, count: number): Promise<string[]> {
	return new Promise((resolve) => {
		const texts: string[] = [];
		relay.endpoint.connected({
			send: (text) => {
				texts.push(text);
				if (texts.length === count) resolve(texts);
			},
		});
	});
}

describe("what is kept for inspectors that come late", () => {
	it("are the latest actors and the latest events, in their order", async () => {
		const relay = new StatelyRelay({ redaction: createRedaction({ environment: {} }), mostKept: 3 });
		const all = Array.from({ length: 10 }, eventsOfOne);
		const [first = [], second = []] = all;
		expect(first.map(({ type }) => type)).toEqual(["@xstate.actor", "@xstate.event", "@xstate.snapshot"]);
		for (const event of [first, second].flat()) relay.inspect(event);
		for (const events of all.slice(2)) for (const event of events.slice(1)) relay.inspect(event);
		const texts = await told(relay, 5);
		expect(texts.map((text) => JSON.parse(text).type)).toEqual([
			"@xstate.actor",
			"@xstate.actor",
			"@xstate.snapshot",
			"@xstate.event",
			"@xstate.snapshot",
		]);
	});
});
