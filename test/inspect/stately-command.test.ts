/** A run of the built command as Stately's inspector gets it: what is heard there is enough to build the machines again. */
import { relative, resolve } from "node:path";
import type { StatelyActorEvent, StatelyInspectionEvent } from "@statelyai/inspect";
import { expect, it } from "vitest";
import { type AnyStateMachine, createMachine } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { compileFile } from "../../src/compile.ts";
import { InspectedCommand } from "../page/inspected-command.ts";
import { isEnd, openBrowser } from "./browser.ts";

const example = resolve(import.meta.dirname, "../../examples/parallelism");

const tips = {
	Porto: { tip: "Cross the upper deck of the Dom Luís bridge on foot." },
	Oslo: { tip: "Jump into the fjord at Sørenga, all year round." },
	Graz: { tip: "Ride the glass lift inside the Schlossberg." },
};

/** Each state with its transitions: on what, under which condition, where to. Found by XState itself. */
function shapeOf(machine: AnyStateMachine) {
	const states = Object.entries(machine.states).map(([state, node]) => {
		const transitions = [...node.transitions.values(), node.always ?? []].flat();
		const routes = transitions.map(({ eventType, guard, target, actions }) => ({
			on: eventType,
			guard: isRecord(guard) ? guard.type : guard,
			to: target?.map(({ key }) => key),
			actions: actions.map((action) => (isRecord(action) ? action.type : action)),
		}));
		return { state, type: node.type, invokes: node.invoke.map(({ src }) => src), routes };
	});
	// A definition's keys come sorted.
	states.sort((one, other) => (one.state < other.state ? -1 : 1));
	return { id: machine.id, initial: machine.config.initial, states };
}

function isActor(event: StatelyInspectionEvent): event is StatelyActorEvent {
	return event.type === "@xstate.actor";
}

it("is told through Stately's protocol from its start, and its machines can be built again from the definitions", async () => {
	const stops = Object.keys(tips).map((city) => (city === "Oslo" ? { city, wish: "swimming" } : { city }));
	await using command = await InspectedCommand.start([
		...["run", resolve(example, "config/foreach.yml"), "--mock", resolve(example, "model.yml")],
		...["--input", JSON.stringify({ stops }), "--inspect", "--inspect-pause", "--inspect-until", "interrupt"],
	]);
	await using page = await openBrowser(command.url);
	await using stately = await openBrowser(command.url, "/stately/socket");
	page.send({ type: "continue" });
	expect(await page.until(isEnd)).toMatchObject({ status: "done", output: { tips } });
	const events = () => stately.texts.map((text): StatelyInspectionEvent => JSON.parse(text));
	const rootOf = () => events().find((event) => isActor(event) && event.parentId === undefined)?.sessionId;
	await stately.when(() =>
		events().some(
			({ type, sessionId, ...event }) =>
				type === "@xstate.snapshot" &&
				sessionId === rootOf() &&
				"snapshot" in event &&
				event.snapshot.status === "done",
		),
	);
	const { code } = await command.interrupt();
	expect(code).toBe(0);

	const actors = events().filter(isActor);
	const [root, ...others] = actors;
	expect(root?.parentId).toBeUndefined();
	const { meta } = JSON.parse(root?.definition ?? "");
	expect(meta).toEqual({ file: relative(process.cwd(), resolve(example, "config/foreach.yml")) });
	for (const { definition } of actors) expect(definition).not.toContain(example);
	const rebuilt = createMachine(JSON.parse(root?.definition ?? ""));
	const compiled = compileFile(resolve(example, "config/foreach.yml"));
	expect(shapeOf(rebuilt)).toEqual(shapeOf(compiled.machine));
	const routes = shapeOf(rebuilt).states.flatMap(({ state, routes }) => routes.map(({ to }) => [state, to]));
	expect(routes).toContainEqual(["ask_for_each_stop:route", ["done"]]);

	// Every actor has its parent among those before it, and the children are those of the page.
	for (const [index, { parentId }] of others.entries()) {
		expect(actors.slice(0, index + 1).map(({ sessionId }) => sessionId)).toContain(parentId);
	}
	const guides = others.filter(({ name }) => name.startsWith("item."));
	const shown = page.actors().filter(({ kind, parent }) => kind === "machine" && parent !== null);
	expect(guides.map(({ name }) => name)).toEqual(Object.keys(tips).map((city) => `item.${city}`));
	expect(guides.map(({ sessionId }) => sessionId)).toEqual(shown.map(({ id }) => id));
	const guide = compileFile(resolve(example, "config/guide.yml")).machine;
	for (const { definition } of guides) {
		expect(shapeOf(createMachine(JSON.parse(definition ?? ""))).states).toEqual(shapeOf(guide).states);
	}

	// Its events and snapshots are there, too: the last one of the root has the run's output.
	const ofRoot = events().filter(({ sessionId }) => sessionId === root?.sessionId);
	expect(ofRoot.at(-1)).toMatchObject({ type: "@xstate.snapshot", snapshot: { status: "done", output: { tips } } });
	expect(ofRoot.filter(({ type }) => type === "@xstate.event").length).toBeGreaterThan(1);
});
