/**
 * The plan: plain JSON, one entry per YAML state, every template and condition parsed once.
 * Lints, lowering, the runtime and graph tools read this and never the raw YAML.
 */
import type { ConditionNode, TemplateNode } from "../expression/nodes.ts";

/** Where something of the plan stands in its source file. */
export interface SourcePlace {
	readonly file: string;
	readonly line: number;
	readonly column: number;
}

/** A template with its place; the node is plain JSON. */
export interface PlannedTemplate {
	readonly kind: "template";
	readonly text: string;
	readonly node: TemplateNode;
	readonly at?: SourcePlace;
}

/** A YAML value in which strings may be templates (spec section 4.5, with the mends of decisions.md). */
export type Structure =
	| PlannedTemplate
	| { readonly kind: "constant"; readonly value: unknown }
	| { readonly kind: "list"; readonly items: readonly Structure[] }
	| { readonly kind: "map"; readonly entries: readonly (readonly [string, Structure])[] };

/** A transition condition. */
export interface PlannedCondition {
	/** The text as written; it is also the XState guard's name. */
	readonly text: string;
	readonly node: ConditionNode;
	/** Whether evaluation can throw (ordering, subscripts, arithmetic); then the error route is checked after it. */
	readonly canThrow: boolean;
	readonly at?: SourcePlace;
}

export interface TransitionPlan {
	readonly to: string;
	/** Absent = unconditional. `false` in YAML is kept as `never`. */
	readonly when?: PlannedCondition | "never";
	readonly at?: SourcePlace;
}

/** A reference to registered hooks: a name with arguments, or a module of the user's. */
export type HookRef =
	| { readonly kind: "named"; readonly name: string; readonly args: Readonly<Record<string, unknown>> }
	| {
			readonly kind: "module";
			readonly file: string;
			readonly className: string;
			readonly args: Readonly<Record<string, unknown>>;
			/** The folder that `file` is relative to. */
			readonly dir: string;
	  };

export type ExecutionPlan =
	| { readonly type: "default" }
	| {
			readonly type: "retry";
			/** Seconds to wait before each further attempt. */
			readonly backoffs: readonly number[];
			/** Share of the delay that is random, 0 to 1. */
			readonly jitter: number;
			readonly retryOnEmpty: boolean;
	  }
	| { readonly type: "parallel"; readonly nSamples: number }
	| {
			readonly type: "mdap_voting";
			readonly kMargin: number;
			readonly maxCandidates: number;
			readonly maxResponseTokens: number | null;
	  };

/** `machine:` of a state. */
export type MachineCallPlan =
	| { readonly kind: "single"; readonly name: string }
	/** `keyed` by machine name; `input` is merged over the state's own. */
	| { readonly kind: "list"; readonly entries: readonly { readonly name: string; readonly input?: Structure }[] };

export interface ForeachPlan {
	readonly items: Structure;
	readonly as: string;
	readonly key?: Structure;
	readonly machine: string;
	readonly maxConcurrency: number | null;
}

/** `tool_loop:` as written, numbers and templates alike, in camelCase. */
export interface ToolLoopPlan {
	/** The state has no `tool_loop`, but `tools`, which mean one. */
	readonly isImplied?: boolean;
	readonly maxTurns?: Structure;
	readonly maxToolCalls?: Structure;
	/** Seconds. */
	readonly toolTimeout?: Structure;
	/** Seconds. */
	readonly totalTimeout?: Structure;
	readonly maxCost?: Structure;
	readonly allowedTools?: readonly string[];
	readonly deniedTools?: readonly string[];
}

/** How a key result is told to hold. */
export type KeyResultCheck =
	| { readonly kind: "expression"; readonly condition: PlannedCondition }
	/** An action of the state's hooks gives the verdict. */
	| { readonly kind: "action"; readonly action: string }
	/** By the agent of `settings.validator`. */
	| { readonly kind: "judged" };

/** One thing that must be true of a state's result. */
export interface KeyResultPlan {
	readonly name: string;
	readonly description?: string;
	readonly check: KeyResultCheck;
	readonly at?: SourcePlace;
}

/** What must hold before a state is left. */
export interface KeyResultsPlan {
	/** At least one; names are different. */
	readonly items: readonly KeyResultPlan[];
	/** Further attempts after the first. */
	readonly maxRetries: number;
}

/** How a tool pauses: its result is the data of a signal. */
export interface ToolPausePlan {
	/** `break`: a program answers; see `PauseRequest.pause`. */
	readonly kind: "wait" | "break";
	/** With it, or with `parameters`, the tool needs no provider. */
	readonly description?: string;
	/** JSON Schema of an object, as written. */
	readonly parameters?: Readonly<Record<string, unknown>>;
	/** Where the answer is awaited; default: a channel of each call's own. */
	readonly channel?: Structure;
	/** Seconds; null = any time. */
	readonly timeout: number | null;
}

/** One entry of `tools:`. */
export interface StateToolPlan {
	readonly name: string;
	readonly pause?: ToolPausePlan;
}

/** One YAML state. */
export interface StatePlan {
	readonly name: string;
	readonly kind: "initial" | "final" | "normal";
	readonly at?: SourcePlace;
	readonly agent?: string;
	readonly execution: ExecutionPlan;
	readonly machine?: MachineCallPlan;
	readonly foreach?: ForeachPlan;
	readonly mode: "settled" | "any";
	readonly launch: readonly string[];
	readonly launchInput?: Structure;
	readonly action?: string;
	readonly hooks: readonly HookRef[];
	readonly waitFor?: PlannedTemplate | { readonly kind: "constant"; readonly value: unknown };
	/** Seconds; null = forever. */
	readonly timeout: number | null;
	readonly sessionId?: Structure;
	readonly toolLoop?: ToolLoopPlan;
	/** The only tools that the state offers; absent = all that there are. */
	readonly tools?: readonly StateToolPlan[];
	readonly input?: Structure;
	readonly output?: Structure;
	/** In document order: later templates see earlier results. */
	readonly outputToContext: readonly (readonly [string, Structure])[];
	readonly transitions: readonly TransitionPlan[];
	readonly onError?: { readonly byType: readonly (readonly [string, string])[]; readonly default?: string };
	/** What the state is to achieve, in words. */
	readonly objective?: string;
	/** Absent where nothing must hold. */
	readonly keyResults?: KeyResultsPlan;
	/** Keys that this release only keeps. */
	readonly extra: Readonly<Record<string, unknown>>;
}

/** An agent after references, profiles and versions are resolved. */
export interface AgentPlan {
	readonly name: string;
	/** Adapter name: `flatagent`, `claude-code`, … or one that the user registered. */
	readonly type: string;
	readonly ref?: string;
	/** The whole agent document (`spec`, `data`, `metadata`) or the typed reference's `config`. */
	readonly config: Readonly<Record<string, unknown>>;
	/** Folder that relative references inside `config` start from. */
	readonly dir: string;
	readonly file?: string;
	/** Normalised catalog `{profiles, default, override}` in force for this agent, if any. */
	readonly profiles?: ProfilesPlan;
	/** The path that does not exist, where every use has `on_error` (decisions.md, Versions). */
	readonly missingFile?: string;
	readonly at?: SourcePlace;
}

export interface ProfilesPlan {
	readonly profiles: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	readonly default: string | null;
	readonly override: string | null;
	readonly file?: string;
}

/** A child machine: `id` is a key of `CompiledSet.machines` (several names may share one). */
export interface MachineRefPlan {
	readonly name: string;
	readonly id: string;
	readonly missingFile?: string;
	readonly at?: SourcePlace;
}

export interface SettingsPlan {
	readonly maxSteps: number | null;
	readonly maxDepth: number | null;
	readonly maxCost: number | null;
	readonly maxTokens: number | null;
	readonly maxAgentCalls: number | null;
	/** The agent that judges key results without a check. */
	readonly validator?: string;
	/** Whether `context.history` gets an entry for each state that has worked. */
	readonly history: boolean;
	/** What the whole run is to achieve, in words. */
	readonly objective?: string;
	/** `settings` as written, handed to agent adapters. */
	readonly raw: Readonly<Record<string, unknown>>;
}

/** What must hold in every run: at each of its moments, at none, or at one of them at least. */
export type InvariantKind = "always" | "eventually" | "never";

/** An invariant: an expression of the machine's own language over `context`, `input`, `output`, `state` and `step`. */
export interface PlannedInvariant {
	readonly kind: InvariantKind;
	/** The name that it was given, else its text. */
	readonly name: string;
	readonly text: string;
	readonly node: ConditionNode;
	/** Where its text stands below the map of invariants, e.g. `["never", 0]`. */
	readonly path: readonly (string | number)[];
	readonly at?: SourcePlace;
}

/** One machine document. */
export interface MachinePlan {
	/** Unique among the machines compiled together: the file's path, or `<file>#machines.name` for inline ones. */
	readonly id: string;
	readonly name: string;
	readonly specVersion: string;
	readonly expressionEngine: "simple" | "cel";
	readonly templateEngine: "jinja" | "liquid";
	/** Below 1.1.0 a rendered template that parses as JSON gives the parsed value. */
	readonly parsesRendered: boolean;
	readonly file: string;
	readonly dir: string;
	readonly initial: string;
	/** Initial context, in document order. */
	readonly context: readonly (readonly [string, Structure])[];
	readonly states: readonly StatePlan[];
	readonly agents: Readonly<Record<string, AgentPlan>>;
	readonly machines: Readonly<Record<string, MachineRefPlan>>;
	readonly lifecycleHooks: readonly HookRef[];
	/** `data.hooks` of 1.x and 2.x: machine and every state. */
	readonly machineHooks: readonly HookRef[];
	readonly settings: SettingsPlan;
	readonly persistence?: Readonly<Record<string, unknown>>;
	readonly metadata: Readonly<Record<string, unknown>>;
	/** Of `metadata.invariants`; absent where there are none. */
	readonly invariants?: readonly PlannedInvariant[];
}
