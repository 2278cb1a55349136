/** Machines that were compiled together -> the bundle of one of them. */
import { machineAt } from "../builtin/builtin.ts";
import { isRecord, own, ownRecord } from "../document/plain-data.ts";
import type { MachineOrigin } from "../plan/machine-origin.ts";
import type { AgentPlan, MachinePlan, ProfilesPlan } from "../plan/plan.ts";
import { bundleFormat, bundleKey, bundleLimits } from "./bundle.ts";
import { keyPaths, withoutKeys } from "./keys.ts";
import { PortableNames } from "./portable-names.ts";
import { isPortablePath, joinPortable } from "./portable-path.ts";

const { maxLength, maxFileLength } = bundleLimits;

/** A document as a bundle needs it. */
export interface BundledDocument {
	readonly text: string;
	readonly value: unknown;
}

/** What an analysis knows of the machines of a compilation, by id and by file. */
export interface AnalyzedMachines {
	readonly plans: ReadonlyMap<string, MachinePlan>;
	readonly origins: ReadonlyMap<string, MachineOrigin>;
	readonly documents: ReadonlyMap<string, BundledDocument>;
}

/**
 * The bundle of a machine: a flatmachine document in JSON that has, under `metadata.flatstate`, the texts of all files
 * that the machine and those below it were compiled from. Equal files give an equal text, wherever they lie and in
 * whichever order they were read; files of other machines have no part in it.
 * @returns undefined for an id that was not planned, and where `readBundle` would refuse the text: for files in a
 * folder called `~`, or texts beyond `bundleLimits`
 */
export function bundleMachine(machines: AnalyzedMachines, planId: string): string | undefined {
	const { plans, origins, documents } = machines;
	const plan = plans.get(planId);
	const origin = origins.get(planId);
	if (!plan || !origin) return undefined;

	const names = new PortableNames(machines, origin.folder);
	const files = new Map<string, string>();
	const modules = new Set<string>();
	const links = new Map<string, Map<string, string>>();
	const catalogs = new Map<string, StoredCatalog>();
	let hasKeys = false;
	const addFile = (file: string): void => {
		const document = documents.get(file);
		if (document) files.set(names.ofFile(file), textOf(document));
		else modules.add(names.ofFile(file));
		hasKeys ||= keyPaths(document?.value).length > 0;
	};
	for (const id of reachable(plans, planId)) {
		const used = origins.get(id);
		if (!used) continue;
		addFile(used.file);
		for (const { folder, reference, path } of used.references) {
			addFile(path);
			const [dir, name] = [names.ofFile(folder), names.ofFile(path)];
			if (joinPortable(dir, reference) === name) continue;
			const ofDir = links.get(dir) ?? new Map<string, string>();
			links.set(dir, ofDir.set(reference, name));
		}
		if (used.catalog) {
			if (used.catalog.file !== undefined) addFile(used.catalog.file);
			addCatalog(catalogs, names.ofPlan(id), used.catalog, names);
			hasKeys ||= keyPaths({ model_profiles: used.catalog.profiles }).length > 0;
		}
	}
	if (![...files.keys(), ...modules].every(isPortablePath)) return undefined;
	const linked = sorted(links).map(([dir, ofDir]) => [dir, Object.fromEntries(sorted(ofDir))] as const);
	const record = {
		format: bundleFormat,
		entry: names.ofFile(origin.file),
		plan: names.ofPlan(planId),
		...(origin.base.length > 0 && { at: origin.base }),
		files: Object.fromEntries(sorted(files)),
		...(modules.size > 0 && { modules: [...modules].sort() }),
		...(hasKeys && { left_out: "keys" }),
		...(linked.length > 0 && { links: Object.fromEntries(linked) }),
		...(catalogs.size > 0 && { profiles: sorted(catalogs).map(([, catalog]) => withSortedMachines(catalog)) }),
	};
	const document = withAgents(machineAt(documents.get(origin.file)?.value, origin.base), plan.agents);
	const text = JSON.stringify({ ...document, metadata: { ...ownRecord(document, "metadata"), [bundleKey]: record } });
	const isLarge = text.length > maxLength || [...files.values()].some(({ length }) => length > maxFileLength);
	return isLarge ? undefined : text;
}

/** An object that was given in place of a text has none of its own. */
function textOf({ text, value }: BundledDocument): string {
	return text === "" && isRecord(value) && Object.keys(value).length > 0 ? JSON.stringify(value) : text;
}

/** The machine and all below it, by their ids. */
function reachable(plans: ReadonlyMap<string, MachinePlan>, planId: string): ReadonlySet<string> {
	const found = new Set([planId]);
	// A set also visits what is added while it is walked.
	for (const id of found) {
		for (const machine of Object.values(plans.get(id)?.machines ?? {})) {
			if (plans.has(machine.id)) found.add(machine.id);
		}
	}
	return found;
}

/** As `BundledCatalog`, in the form in which it is stored. */
interface StoredCatalog {
	readonly machines: string[];
	readonly file?: string;
	readonly catalog?: unknown;
}

/** Many machines may have one catalog: it is stored once. */
function addCatalog(
	catalogs: Map<string, StoredCatalog>,
	machine: string,
	{ file, profiles, default: named, override }: ProfilesPlan,
	names: PortableNames,
): void {
	const source =
		file === undefined
			? { catalog: withoutKeys({ model_profiles: profiles, default: named, override }) }
			: { file: names.ofFile(file) };
	const key = JSON.stringify(source);
	const known = catalogs.get(key);
	if (known) known.machines.push(machine);
	else catalogs.set(key, { machines: [machine], ...source });
}

function withSortedMachines({ machines, ...source }: StoredCatalog): StoredCatalog {
	return { machines: machines.toSorted(), ...source };
}

/** The document with its agents' files in place, as the reference stores it (spec sections 2.1 and 13.5). */
function withAgents(machine: unknown, plans: Readonly<Record<string, AgentPlan>>): Record<string, unknown> {
	if (!isRecord(machine)) return {};
	const data = own(machine, "data");
	const agents = own(data, "agents");
	if (!isRecord(data) || !isRecord(agents)) return machine;
	const inPlace = Object.entries(agents).map(([name, reference]) => {
		const plan = Object.hasOwn(plans, name) ? plans[name] : undefined;
		if (plan?.file === undefined) return [name, reference] as const;
		const { type, config } = plan;
		return [name, withoutKeys(type === "flatagent" ? config : { type, config })] as const;
	});
	return { ...machine, data: { ...data, agents: Object.fromEntries(inPlace) } };
}

function sorted<T>(map: ReadonlyMap<string, T>): (readonly [string, T])[] {
	return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
