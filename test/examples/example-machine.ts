/** A machine of an example with the example's own hooks, and with what a test puts in the place of its models. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadHooksModule } from "../../runtime/hooks/load-hooks-module.ts";
import type { CompileOptions } from "../../src/compile.ts";
import { FlatMachine, type FlatMachineOptions } from "../../src/flat-machine.ts";
import { root } from "../build-package.ts";

type ExampleOptions = CompileOptions & Pick<FlatMachineOptions, "store">;

/**
 * @param name the example's folder
 * @param file the machine's file in its `config`
 */
export async function exampleMachine(name: string, file: string, options: ExampleOptions): Promise<FlatMachine> {
	const hooksFile = join(root, "examples", name, "hooks.mjs");
	const hooks = existsSync(hooksFile) ? await loadHooksModule(hooksFile) : undefined;
	return new FlatMachine({ file: join(root, "examples", name, "config", file), ...(hooks && { hooks }), ...options });
}
