/** What every persistence backend has to do, subject by subject. */
import { checkpointContract } from "./checkpoints.ts";
import { commitContract } from "./commits.ts";
import { deletionContract } from "./deletion.ts";
import { entitlementContract } from "./entitlement.ts";
import { lookupContract } from "./lookups.ts";
import { modelContract } from "./model.ts";
import type { StoreOpener } from "./opener.ts";
import { pruningContract } from "./pruning.ts";

export function persistenceContract(name: string, opener: StoreOpener): void {
	checkpointContract(name, opener);
	commitContract(name, opener);
	entitlementContract(name, opener);
	lookupContract(name, opener);
	deletionContract(name, opener);
	pruningContract(name, opener);
	modelContract(name, opener);
}
