/** A machine document -> plan, but for the files that it references (see load-set.ts). */
import type { Reporter } from "../diagnostics/report.ts";
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own, ownNumber, ownRecord, ownString } from "../document/plain-data.ts";
import type { BuildScope } from "./build-scope.ts";
import { entriesInOrder } from "./document-order.ts";
import { planHookRefs } from "./hook-refs.ts";
import { planInvariants } from "./invariants.ts";
import type { AgentPlan, MachinePlan, MachineRefPlan, SettingsPlan, StatePlan } from "./plan.ts";
import { planState } from "./state.ts";
import { planEntries } from "./structure.ts";
import { parsesRendered, readVersion } from "./version.ts";

/** Which part of which document is the machine. */
export interface MachineSource {
	readonly reporter: Reporter;
	/** Where the wrapper stands; `[]` unless the machine is written inside another. */
	readonly base: DocumentPath;
	/** The wrapper: `spec`, `spec_version`, `data`, `metadata`. */
	readonly value: unknown;
	readonly id: string;
	/** Folder that relative references start from. */
	readonly dir: string;
}

/** Agents and machines by name, resolved. */
export interface ResolvedReferences {
	readonly agents: Readonly<Record<string, AgentPlan>>;
	readonly machines: Readonly<Record<string, MachineRefPlan>>;
}

/**
 * Builds the plan of a machine. Values of the wrong type are skipped: the schema reports them.
 * @param resolve called with the states, gives the agents and machines that they and `data` name
 * @returns undefined where there is no state to start from; that has been reported
 * @throws never
 */
export function buildPlan(
	source: MachineSource,
	resolve: (states: readonly StatePlan[]) => ResolvedReferences,
): MachinePlan | undefined {
	const { reporter, base, value, id, dir } = source;
	const data = ownRecord(value, "data");
	const dataPath = [...base, "data"];
	const scope: BuildScope = {
		reporter,
		expressionEngine: own(data, "expression_engine") === "cel" ? "cel" : "simple",
		templateEngine: own(data, "template_engine") === "liquid" ? "liquid" : "jinja",
	};
	const specVersion = readVersion(own(value, "spec_version"), [...base, "spec_version"], reporter);
	const statesPath = [...dataPath, "states"];
	const states = entriesInOrder(ownRecord(data, "states"), statesPath, reporter.document).map(([name, state]) =>
		planState(name, state, [...statesPath, name], dir, scope),
	);
	const initial = initialState(states, dataPath, reporter);
	const references = resolve(states);
	if (initial === undefined) return undefined;
	const persistence = own(data, "persistence");
	const metadata = ownRecord(value, "metadata");
	const invariants = planInvariants(own(metadata, "invariants"), [...base, "metadata", "invariants"], scope);
	return {
		id,
		name: ownString(data, "name") || "unnamed-machine",
		specVersion,
		expressionEngine: scope.expressionEngine,
		templateEngine: scope.templateEngine,
		parsesRendered: parsesRendered(specVersion),
		file: reporter.document.file,
		dir,
		initial,
		context: planEntries(own(data, "context"), [...dataPath, "context"], scope),
		states,
		agents: references.agents,
		machines: references.machines,
		lifecycleHooks: planHookRefs(own(data, "lifecycle_hooks"), dir),
		machineHooks: planHookRefs(own(data, "hooks"), dir),
		settings: planSettings(ownRecord(data, "settings")),
		...(isRecord(persistence) && { persistence }),
		metadata,
		...(invariants.length > 0 && { invariants }),
	};
}

/** The state of `type: initial`, else one called `start`, else the first (spec section 1.4). */
function initialState(states: readonly StatePlan[], dataPath: DocumentPath, reporter: Reporter): string | undefined {
	const [marked, ...others] = states.filter((state) => state.kind === "initial");
	for (const other of others) {
		const path = [...dataPath, "states", other.name];
		const first = reporter.document.rangeOf([...dataPath, "states", marked?.name ?? ""], "key");
		reporter.report("FS4001", {
			path: [...path, "type"],
			message: `\`${other.name}\` and \`${marked?.name}\` are both \`type: initial\``,
			...(first && { related: [{ file: reporter.document.file, range: first, message: "the first one" }] }),
		});
	}
	const chosen = marked ?? states.find((state) => state.name === "start") ?? states[0];
	if (!chosen) {
		reporter.report("FS4002", { path: [...dataPath, "states"], at: "key", message: "the machine has no states" });
	}
	return chosen?.name;
}

function planSettings(settings: Readonly<Record<string, unknown>>): SettingsPlan {
	const validator = ownString(settings, "validator");
	const objective = ownString(settings, "objective");
	return {
		maxSteps: ownNumber(settings, "max_steps") ?? null,
		maxDepth: ownNumber(settings, "max_depth") ?? null,
		maxCost: ownNumber(settings, "max_cost") ?? null,
		maxTokens: ownNumber(settings, "max_tokens") ?? null,
		maxAgentCalls: ownNumber(settings, "max_agent_calls") ?? null,
		...(validator && { validator }),
		history: own(settings, "history") === true,
		...(objective && { objective }),
		raw: settings,
	};
}
