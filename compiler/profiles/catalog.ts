/** The profile catalog in its normalised form (spec section 3.1). */
import { isRecord, own, ownRecord, ownString } from "../document/plain-data.ts";
import type { ProfilesPlan } from "../plan/plan.ts";

/** File names that are looked for in a folder, in this order. */
export const profileFileNames: readonly string[] = ["profiles.yml", "profiles.yaml", "profiles.json"];

/**
 * Normalises a catalog, wrapped (`data: {…}`) or bare. Profiles that are no maps are left out.
 * @param file where it comes from
 */
export function normaliseCatalog(value: unknown, file?: string): ProfilesPlan {
	const wrapped = own(value, "data");
	const data = isRecord(wrapped) ? wrapped : value;
	const entries = Object.entries(ownRecord(data, "model_profiles"));
	const profiles = entries.filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]));
	return {
		profiles: Object.fromEntries(profiles),
		default: ownString(data, "default") || null,
		override: ownString(data, "override") || null,
		...(file !== undefined && { file }),
	};
}
