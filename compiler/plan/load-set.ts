/** Machines and all that they reference, cycles included, each file once (spec sections 2 and 3.2). */

import { builtinAgents, builtinNames, builtinText, isBuiltin, machineAt } from "../builtin/builtin.ts";
import type { PlannedMachine } from "../checks/index.ts";
import { createReporter, type Reporter } from "../diagnostics/report.ts";
import type { DocumentPath, SourceDocument } from "../document/document.ts";
import { isRecord, own, ownRecord, ownString, valueAt } from "../document/plain-data.ts";
import { normaliseCatalog, profileFileNames } from "../profiles/catalog.ts";
import { checkCatalogNames } from "../profiles/check-catalog.ts";
import { planAgent, type ReferenceSite, reportFailure } from "./agents.ts";
import { buildPlan, type ResolvedReferences } from "./build.ts";
import { placeAt } from "./build-scope.ts";
import type { DocumentStore } from "./document-store.ts";
import { looksLikeFile } from "./file-reference.ts";
import type { FoundReference, MachineOrigin, StoredSet } from "./machine-origin.ts";
import type { AgentPlan, HookRef, MachinePlan, MachineRefPlan, ProfilesPlan, StatePlan } from "./plan.ts";

/** A machine that is still to be planned. */
interface Pending {
	readonly id: string;
	readonly reporter: Reporter;
	readonly base: DocumentPath;
	readonly value: unknown;
	readonly dir: string;
	/** The catalog of the machine that references this one; it counts where this one has none. */
	readonly inherited: ProfilesPlan | undefined;
	/** Whether it is a packaged machine, in which there is nothing to report. */
	readonly isBuiltin?: boolean;
}

/** A machine's catalog; `foreign` = its own files do not say so. */
interface CatalogInForce {
	readonly catalog?: ProfilesPlan;
	readonly foreign?: true;
}

/** Plans machines until nothing new is referenced. */
export class MachineSet {
	readonly plans = new Map<string, MachinePlan>();
	/** The plans with the places that they were written at, for the checks. */
	readonly planned: PlannedMachine[] = [];
	readonly origins = new Map<string, MachineOrigin>();
	readonly #store: DocumentStore;
	/** Catalogs that win over all others, by the machine's id. */
	readonly #given: (machineId: string) => ProfilesPlan | undefined;
	readonly #known = new Set<string>();
	readonly #pending: Pending[] = [];
	readonly #catalogs = new Map<string, { readonly catalog: ProfilesPlan; readonly found: FoundReference } | null>();

	constructor(store: DocumentStore, given: (machineId: string) => ProfilesPlan | undefined) {
		this.#store = store;
		this.#given = given;
	}

	/**
	 * Plans a machine of a document, and every machine that it leads to.
	 * @param start the machine's id, and where it stands in the document
	 */
	plan(document: SourceDocument, reporter: Reporter, { id, base }: StoredSet["start"]): void {
		const value = machineAt(document.value, base);
		const isOwn = value === valueAt(document.value, base);
		const own = isOwn ? reporter : createReporter(document);
		this.#enqueue({ id, reporter: own, base, value, dir: document.dir, inherited: undefined, isBuiltin: !isOwn });
		for (let next = this.#pending.shift(); next; next = this.#pending.shift()) this.#planOne(next);
	}

	/** The catalog that an agent of this folder, outside of any machine, finds. */
	catalogOf(dir: string): ProfilesPlan | undefined {
		return this.#discover(dir);
	}

	#enqueue(pending: Pending): void {
		if (this.#known.has(pending.id)) return;
		this.#known.add(pending.id);
		this.#pending.push(pending);
	}

	#planOne(pending: Pending): void {
		const { id, reporter, base, dir } = pending;
		const before = this.#store.found.length;
		const { catalog, foreign } = this.#catalogOfMachine(pending);
		const plan = buildPlan(pending, (states) => this.#resolve(pending, states, catalog));
		if (!plan) return;
		this.origins.set(id, {
			file: reporter.document.file,
			base,
			folder: this.#store.folderOf(dir),
			references: this.#store.found.slice(before),
			...(foreign && catalog && { catalog }),
		});
		this.plans.set(plan.id, plan);
		if (!pending.isBuiltin) this.planned.push({ plan, reporter, base });
		this.#checkHookModules(plan, pending);
	}

	/** A module of hooks is code: where references are confined, it is too. */
	#checkHookModules(plan: MachinePlan, { reporter, base }: Pending): void {
		const dataPath = [...base, "data"];
		const places: (readonly [readonly HookRef[], DocumentPath])[] = [
			[plan.machineHooks, [...dataPath, "hooks"]],
			[plan.lifecycleHooks, [...dataPath, "lifecycle_hooks"]],
			...plan.states.map(({ name, hooks }) => [hooks, [...dataPath, "states", name, "hooks"]] as const),
		];
		for (const [hooks, path] of places) {
			for (const hook of hooks) {
				if (hook.kind !== "module" || !looksLikeFile(hook.file)) continue;
				const located = this.#store.locate(hook.file, hook.dir);
				if (located.status === "refused") reporter.report(located.code, { path, message: located.message });
			}
		}
	}

	#catalogOfMachine({ id, value, base, dir, reporter, inherited }: Pending): CatalogInForce {
		const path = [...base, "data", "profiles"];
		const written = own(own(value, "data"), "profiles");
		if (isRecord(written)) checkCatalogNames(written, path, reporter);
		const given = this.#given(id);
		if (given) return { catalog: given, foreign: true };
		if (isRecord(written)) return { catalog: normaliseCatalog(written) };
		if (typeof written === "string" && written !== "") {
			const site: ReferenceSite = { store: this.#store, reporter, path, dir, handled: false };
			const found = loadCatalog(this.#store, written, dir, site);
			if (found) return { catalog: found };
		}
		const discovered = this.#discover(dir);
		if (discovered) return { catalog: discovered };
		return inherited ? { catalog: inherited, foreign: true } : {};
	}

	#discover(dir: string): ProfilesPlan | undefined {
		const known = this.#catalogs.get(dir);
		if (known) this.#store.noteFound(known.found);
		if (known !== undefined) return known?.catalog;
		for (const name of profileFileNames) {
			const loaded = this.#store.load(name, "flatprofile", dir);
			if (loaded.status !== "loaded") continue;
			const { file, value } = loaded.document;
			const catalog = normaliseCatalog(value, file);
			this.#catalogs.set(dir, { catalog, found: { folder: this.#store.folderOf(dir), reference: name, path: file } });
			return catalog;
		}
		this.#catalogs.set(dir, null);
		return undefined;
	}

	#resolve(pending: Pending, states: readonly StatePlan[], catalog: ProfilesPlan | undefined): ResolvedReferences {
		const { value, base, reporter, dir } = pending;
		const data = ownRecord(value, "data");
		const agents: Record<string, AgentPlan> = {};
		const machines: Record<string, MachineRefPlan> = {};
		const site = (path: DocumentPath, users: readonly StatePlan[]): ReferenceSite => {
			const handled = users.length > 0 && users.every((state) => state.onError !== undefined);
			return { store: this.#store, reporter, path, dir, handled };
		};
		const profilesFor = (agentDir: string): ProfilesPlan | undefined => catalog ?? this.#discover(agentDir);

		const agentUsers = usersOf(states, agentNames);
		const validator = ownString(own(data, "settings"), "validator");
		if (validator && !agentUsers.places.has(validator)) agentUsers.places.set(validator, ["settings", "validator"]);
		for (const [name, reference, path] of entriesAndFiles(own(data, "agents"), "agents", agentUsers, base)) {
			const plan = planAgent(name, reference, { ...site(path, agentUsers.get(name) ?? []), profilesFor });
			if (plan) agents[name] = plan;
		}
		const machineUsers = usersOf(states, machineNames);
		for (const [name, reference, path] of entriesAndFiles(own(data, "machines"), "machines", machineUsers, base)) {
			const users = machineUsers.get(name) ?? [];
			const plan = this.#planMachineRef(name, reference, site(path, users), pending, catalog);
			if (plan) machines[name] = plan;
		}
		return { agents, machines };
	}

	/** It stands in the document that calls it: so it has that machine's folder, and is found again in a stored configuration. */
	#planBuiltin(
		name: string,
		reference: string,
		site: ReferenceSite,
		parent: Pending,
		inherited: ProfilesPlan | undefined,
	): MachineRefPlan | undefined {
		const { document } = site.reporter;
		if (builtinText(reference) === undefined) {
			const message = `there is no packaged machine \`${reference}\``;
			const known = builtinNames.map((one) => `\`${one}\``).join(", ");
			site.reporter.report("FS3006", { path: site.path, at: "value", message, suggestion: `known: ${known}` });
			return undefined;
		}
		checkModels(reference, site, parent.value, inherited);
		const id = `${parent.id}${parent.base.length > 0 ? "." : "#"}machines.${name}`;
		const value = machineAt(document.value, site.path);
		const reporter = createReporter(document);
		this.#enqueue({ id, reporter, base: site.path, value, dir: site.dir, inherited, isBuiltin: true });
		return { name, id, ...placeAt(site.reporter, site.path) };
	}

	#planMachineRef(
		name: string,
		reference: unknown,
		site: ReferenceSite,
		parent: Pending,
		inherited: ProfilesPlan | undefined,
	): MachineRefPlan | undefined {
		const at = placeAt(site.reporter, site.path);
		const path = typeof reference === "string" ? reference : ownString(reference, "path");
		if (isBuiltin(reference)) return this.#planBuiltin(name, reference, site, parent, inherited);
		if (path) {
			const loaded = this.#store.load(path, "flatmachine", site.dir);
			if (loaded.status !== "loaded") {
				reportFailure(loaded, path, "machine", site);
				const missing = loaded.status === "missing" ? { missingFile: loaded.path } : {};
				return { name, id: loaded.status === "missing" ? loaded.path : path, ...missing, ...at };
			}
			const { document, reporter, kind, usable } = loaded;
			if (usable && kind !== "flatmachine") {
				const message = `\`${path}\` is a ${kind ?? "file of no known kind"}, a machine is expected`;
				site.reporter.report("FS3005", { path: site.path, message });
			} else if (usable) {
				const { file: id, dir, value } = document;
				this.#enqueue({ id, reporter, base: [], value, dir, inherited });
			}
			return { name, id: document.file, ...at };
		}
		const inline = own(reference, "inline");
		const value = isRecord(inline) ? inline : reference;
		if (!isRecord(own(value, "data"))) {
			const message = `the machine \`${name}\` is not a path, a machine document, \`{path}\` or \`{inline}\``;
			site.reporter.report("FS3006", { path: site.path, message });
			return undefined;
		}
		const base = isRecord(inline) ? [...site.path, "inline"] : site.path;
		const separator = parent.base.length > 0 ? "." : "#";
		const id = `${parent.id}${separator}machines.${name}`;
		this.#enqueue({ id, reporter: site.reporter, base, value, dir: site.dir, inherited });
		return { name, id, ...at };
	}
}

/** Warns of agents that no model is known for: they are the package's, which has none. */
function checkModels(reference: string, site: ReferenceSite, value: unknown, catalog: ProfilesPlan | undefined): void {
	const given = ownRecord(own(value, "data"), "agents");
	const missing = builtinAgents(reference).filter((agent) => !Object.hasOwn(given, agent));
	if (missing.length === 0 || catalog?.default) return;
	const names = missing.map((agent) => `\`${agent}\``).join(", ");
	site.reporter.report("FS3010", {
		path: site.path,
		at: "value",
		message: `no model is known for ${names} of \`${reference}\``,
		suggestion: "give a profile catalog a `default`, or name agents of this machine so",
	});
}

/** Loads the catalog that a reference names; what is wrong is reported at the reference. */
export function loadCatalog(
	store: DocumentStore,
	reference: string,
	dir: string,
	site: ReferenceSite,
): ProfilesPlan | undefined {
	const loaded = store.load(reference, "flatprofile", dir);
	if (loaded.status !== "loaded") {
		reportFailure(loaded, reference, "profiles", site);
		return undefined;
	}
	if (loaded.kind !== "flatprofile") {
		const message = `\`${reference}\` is a ${loaded.kind}, a flatprofile is expected`;
		site.reporter.report("FS3005", { path: site.path, message });
	}
	return normaliseCatalog(loaded.document.value, loaded.document.file);
}

/** A name as a state uses it: where it stands inside of the state. */
type NameUse = readonly [name: string, path: DocumentPath];

function agentNames(state: StatePlan): NameUse[] {
	return state.agent === undefined ? [] : [[state.agent, ["agent"]]];
}

function machineNames(state: StatePlan): NameUse[] {
	const uses: NameUse[] = state.launch.map((name) => [name, ["launch"]]);
	if (state.foreach) uses.push([state.foreach.machine, ["machine"]]);
	if (state.machine?.kind === "single") uses.push([state.machine.name, ["machine"]]);
	if (state.machine?.kind === "list") for (const { name } of state.machine.entries) uses.push([name, ["machine"]]);
	return uses;
}

/** Which states use a name, and where the first of them does. */
class NameUsers extends Map<string, StatePlan[]> {
	readonly places = new Map<string, DocumentPath>();
}

function usersOf(states: readonly StatePlan[], namesIn: (state: StatePlan) => NameUse[]): NameUsers {
	const users = new NameUsers();
	for (const state of states) {
		for (const [name, path] of namesIn(state)) {
			const known = users.get(name);
			if (known) known.push(state);
			else {
				users.set(name, [state]);
				users.places.set(name, ["states", state.name, ...path]);
			}
		}
	}
	return users;
}

/** The entries of the map, then the names that states use without an entry and that are files themselves. */
function entriesAndFiles(
	map: unknown,
	key: "agents" | "machines",
	users: NameUsers,
	base: DocumentPath,
): (readonly [name: string, reference: unknown, path: DocumentPath])[] {
	const entries = isRecord(map) ? Object.entries(map) : [];
	const declared = entries.map(([name, reference]) => [name, reference, [...base, "data", key, name]] as const);
	const files = [...users.places]
		.filter(([name]) => !(isRecord(map) && Object.hasOwn(map, name)) && looksLikeFile(name))
		.map(([name, path]) => [name, name, [...base, "data", ...path]] as const);
	return [...declared, ...files];
}
