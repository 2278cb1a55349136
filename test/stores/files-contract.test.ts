/** The store in a folder does what every store does. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { openFileStore } from "../../adapters/stores/files/index.ts";
import { storeContract } from "./contract/store.ts";

describe.each([
	["a store in a folder", false],
	["a store in a folder that survives a loss of power", true],
])("%s", (name, powerLoss) => {
	storeContract(name, {
		abilities: { locks: true, fences: true, takesOverExpired: true, notifiesAcrossStores: true },
		async open(options) {
			const dir = await mkdtemp(join(tmpdir(), "flatstate-files-"));
			return {
				store: await openFileStore(dir, { ...options, powerLoss }),
				again: (other) => openFileStore(dir, { ...other, powerLoss }),
				remove: () => rm(dir, { recursive: true, force: true }),
			};
		},
	});
});
