/** Small machines for tests: YAML of `data` alone, scripted agents, counted ids. */
import type { InspectionEvent } from "xstate";
import { type RecordedCall, scriptedAdapter } from "../../adapters/scripted/index.ts";
import { isMachineContext } from "../../compiler/xstate/machine-context.ts";
import { AgentAdapterRegistry } from "../../runtime/agents/registry.ts";
import type { RunOptions, RunResult } from "../../runtime/machine/run-result.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import type { CompileOptions } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";

export interface FlatOptions extends Omit<CompileOptions, "agents"> {
	/** Names of agents to declare. */
	readonly use?: readonly string[];
	readonly version?: string;
}

export interface Flat {
	readonly machine: FlatMachine;
	/** Every agent call so far. */
	readonly calls: readonly RecordedCall[];
	/** Inputs of all agent calls so far. */
	inputs(): unknown[];
	run(input?: Readonly<Record<string, unknown>>, options?: RunOptions): Promise<RunResult>;
	/** Runs and gives the states that were entered. */
	pathOf(input?: Readonly<Record<string, unknown>>, options?: RunOptions): Promise<string[]>;
}

/** The whole document for the YAML text of `data`. */
export function documentOf(
	data: string,
	{ use = [], version = "4.2.1" }: Pick<FlatOptions, "use" | "version"> = {},
): string {
	const agents = use.map(
		(name) => `    ${name}: { spec: flatagent, data: { name: ${name}, model: { provider: p, name: m }, user: hi } }`,
	);
	return [
		"spec: flatmachine",
		`spec_version: "${version}"`,
		"data:",
		"  name: test",
		...(use.length > 0 ? ["  agents:", ...agents] : []),
		...data.split("\n").map((line) => `  ${line}`),
	].join("\n");
}

/** Compiles the YAML text of `data`. */
export function flat(data: string, { use, version, script = {}, ...options }: FlatOptions = {}): Flat {
	const adapter = scriptedAdapter(script);
	let id = 0;
	const machine = new FlatMachine({
		config: documentOf(data, { ...(use && { use }), ...(version && { version }) }),
		agents: new AgentAdapterRegistry([adapter]),
		newId: () => `id-${++id}`,
		...options,
	});
	return {
		machine,
		calls: adapter.calls,
		inputs: () => adapter.calls.map(({ call }) => call.input),
		run: (input, runOptions) => machine.run(input, runOptions),
		async pathOf(input, runOptions) {
			const { path, inspect } = pathRecorder(machine);
			await machine.run(input, { ...runOptions, inspect });
			return path;
		},
	};
}

/** Collects the YAML states that the root machine enters after its first, in order, from inspection events. */
export function pathRecorder(machine: FlatMachine): {
	readonly path: string[];
	inspect(event: InspectionEvent): void;
} {
	const path = [machine.plan.initial];
	let last = 1;
	return {
		path,
		inspect(event) {
			if (event.type !== "@xstate.microstep" || event.actorRef.sessionId !== event.rootId) return;
			const context: unknown = Reflect.get(event.snapshot, "context");
			if (!isMachineContext(context) || context.machine.step <= last) return;
			last = context.machine.step;
			path.push(context.machine.current_state);
		},
	};
}

/** Names of the states that did work, in order, from run events. */
export function workedStates(events: readonly RunEvent[]): string[] {
	return events.flatMap((event) => (event.type === "state" ? [event.state] : []));
}
