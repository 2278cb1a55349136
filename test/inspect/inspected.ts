/** Runs small machines under the inspector, for tests. */

import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import type { RunOptions, RunResult } from "../../runtime/machine/run-result.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { type RunInspector, type RunInspectorOptions, startRunInspector } from "../../src/inspect/run-inspector.ts";
import type { ServiceOptions } from "../../src/services.ts";
import { documentOf } from "../runtime/flat.ts";

export interface InspectedOptions extends Pick<ServiceOptions, "script" | "hooks" | "newId" | "now"> {
	/** YAML of `data` of further machines, by their file's name. */
	readonly files?: Readonly<Record<string, string>>;
	readonly use?: readonly string[];
	readonly store?: Store | null;
	readonly inspector?: Partial<RunInspectorOptions>;
}

export interface Inspected extends AsyncDisposable {
	readonly machine: FlatMachine;
	readonly inspector: RunInspector;
	run(input?: Readonly<Record<string, unknown>>, options?: RunOptions): Promise<RunResult>;
}

/** @param data YAML of the machine's `data` */
export async function inspected(data: string, options: InspectedOptions = {}): Promise<Inspected> {
	const { files = {}, use = [], store, inspector: more, ...services } = options;
	const documents = Object.entries(files).map(([name, text]) => [`/${name}`, documentOf(text, { use })] as const);
	const machine = new FlatMachine({
		config: documentOf(data, { use }),
		dir: "/",
		loader: memoryLoader(Object.fromEntries(documents)),
		...services,
		...(store !== undefined && { store }),
	});
	const inspector = await startRunInspector({
		set: machine.set,
		executionId: "run-1",
		signals: async () => (await machine.store())?.signals,
		redaction: { environment: {} },
		...more,
	});
	return {
		machine,
		inspector,
		async run(input = {}, runOptions = {}) {
			const result = await machine.run(input, { ...inspector.runOptions, ...runOptions });
			inspector.ended(result);
			return result;
		},
		async [Symbol.asyncDispose]() {
			await inspector.close();
			await machine.close();
		},
	};
}
