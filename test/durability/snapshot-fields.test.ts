/** Every checkpoint has exactly the specification's fields, with the values that it names (spec sections 6.4 and 13.3). */
import { describe, expect, it } from "vitest";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { parseCheckpointKey } from "../../runtime/checkpoint/checkpoint-key.ts";
import { configHash } from "../../runtime/store/config-store.ts";
import { type Feature, features } from "./features.ts";
import { live } from "./lives.ts";
import { recordingStore } from "./recording-store.ts";

const fields = [
	"execution_id",
	"machine_name",
	"spec_version",
	"current_state",
	"context",
	"step",
	"created_at",
	"event",
	"output",
	"total_api_calls",
	"total_cost",
	"parent_execution_id",
	"pending_launches",
	"waiting_channel",
	"tool_loop_state",
	"config_hash",
];

const machineKeys = [
	"execution_id",
	"machine_name",
	"parent_execution_id",
	"spec_version",
	"step",
	"current_state",
	"total_api_calls",
	"total_cost",
];

const allEvents = "[machine_start, state_enter, execute, state_exit, machine_end, waiting, tool_call]";

function withAllEvents(feature: Feature): Feature {
	const document = feature.document.replace(
		"  name: test",
		`  name: test\n  persistence: { checkpoint_on: ${allEvents} }`,
	);
	return { ...feature, document };
}

interface Written {
	readonly key: string;
	readonly snapshot: Readonly<Record<string, unknown>>;
}

async function written(feature: Feature): Promise<{ readonly list: Written[]; readonly hashes: ReadonlySet<unknown> }> {
	const recording = recordingStore();
	await live(recording.store, feature);
	const list = recording.checkpoints.map(({ key, text }) => {
		const snapshot: unknown = JSON.parse(text);
		if (!isRecord(snapshot)) throw new TypeError(`${key} is no mapping`);
		return { key, snapshot };
	});
	const hashes = new Set(list.map(({ snapshot }) => snapshot.config_hash));
	for (const hash of hashes) {
		const text = await recording.store.configs.get(String(hash));
		expect(configHash(text ?? "")).toBe(hash);
	}
	await recording.store.close();
	return { list, hashes };
}

const runs = features.flatMap((feature) => [
	[`${feature.name}, by default`, feature] as const,
	[`${feature.name}, at all events`, withAllEvents(feature)] as const,
]);

describe.each(runs)("checkpoints of a run with %s", (_, feature) => {
	it("have the specification's fields and values", async () => {
		const { list } = await written(feature);
		expect(list.length).toBeGreaterThan(0);
		const finals = new Set(["end", "wait"]);
		for (const { key, snapshot } of list) {
			const { execution_id: id, step, event, current_state: state, context } = snapshot;
			expect(Object.keys(snapshot)).toEqual(fields);
			expect(parseCheckpointKey(key)).toEqual({ executionId: id, name: key.split("/")[1], step, event });
			expect(key).toMatch(/^[^/]+\/step_\d{6}_[a-z_]+\.json$/);
			expect(snapshot.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
			expect(snapshot.spec_version).toBe("4.2.1");
			const machine = isRecord(context) ? context.machine : undefined;
			expect(Object.keys(isRecord(machine) ? machine : {})).toEqual(machineKeys);
			expect(machine).toMatchObject({ execution_id: id, step, machine_name: snapshot.machine_name });
			if (id === "root") expect(snapshot.parent_execution_id).toBeNull();
			else expect(snapshot.parent_execution_id).toMatch(/^(?:root|id-)/);
			expect(snapshot.tool_loop_state).toBeNull();
			expect(snapshot.config_hash).toMatch(/^[0-9a-f]{64}$/);
			expect(state === "start" && event === "machine_start").toBe(event === "machine_start");
			if (event === "machine_end") expect(state).toBe("end");
			const hasOutput = event === "machine_end" || (event === "state_exit" && finals.has(String(state)));
			if (!hasOutput) expect(snapshot.output).toBeNull();
			else expect(snapshot.output).not.toBeNull();
			expect(snapshot.waiting_channel === null).toBe(event !== "waiting");
			const intents: unknown = snapshot.pending_launches;
			if (intents !== null) {
				if (!Array.isArray(intents)) throw new TypeError("no list");
				expect(intents.length).toBeGreaterThan(0);
				for (const intent of intents)
					expect(Object.keys(intent)).toEqual(["execution_id", "machine", "input", "launched"]);
			}
		}
	});
});

describe("checkpoints of a run by default", () => {
	it("are one for each state with an effect; states without one share them", async () => {
		const pure = features.find(({ name }) => name.startsWith("actions, states without effects"));
		const loop = features.find(({ name }) => name === "an agent in a loop");
		if (!pure || !loop) throw new Error("no such feature");
		const names = async (feature: Feature) =>
			(await written(feature)).list.map(({ key }) => key.slice("root/step_0000".length));
		expect(await names(pure)).toEqual(["01_execute.json", "03_execute.json", "05_machine_end.json"]);
		expect(await names(loop)).toEqual([
			...[1, 2, 3, 4, 5].map((step) => `0${step}_execute.json`),
			"06_machine_end.json",
		]);
	});

	it("name the machines that are being started, and no longer those that have ended", async () => {
		const launching = features.find(({ name }) => name === "launched machines");
		if (!launching) throw new Error("no such feature");
		const { list } = await written(launching);
		const own = list.filter(({ key }) => key.startsWith("root/"));
		expect(own[0]?.snapshot.pending_launches).toMatchObject([{ machine: "worker", input: { n: 2 }, launched: false }]);
		expect(own.at(-1)?.snapshot.pending_launches).toBeNull();
	});
});
