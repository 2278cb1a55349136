/** References to hooks: `hooks`, `lifecycle_hooks`, and `data.hooks` of 1.x and 2.x (spec section 2.4, decisions: Versions). */
import { isRecord, own, ownRecord, ownString } from "../document/plain-data.ts";
import type { HookRef } from "./plan.ts";

/**
 * Plans a reference, or a list of them in order. Entries that cannot be read are left out.
 * @param dir folder that a module's file is relative to
 */
export function planHookRefs(value: unknown, dir: string): HookRef[] {
	if (Array.isArray(value)) return value.flatMap((entry: unknown) => planHookRefs(entry, dir));
	if (typeof value === "string") return value === "" ? [] : [{ kind: "named", name: value, args: {} }];
	if (!isRecord(value)) return [];
	const args = ownRecord(value, "args");
	const name = ownString(value, "name");
	if (name) return [{ kind: "named", name, args }];
	const file = ownString(value, "file") ?? ownString(value, "module");
	if (!file) return [];
	const className = own(value, "class");
	return [{ kind: "module", file, className: typeof className === "string" ? className : "default", args, dir }];
}
