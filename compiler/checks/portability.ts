/** What a file uses that the reference does not have, or does in another way (decisions: all tables). */
import { isBuiltin } from "../builtin/builtin.ts";
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own, ownRecord } from "../document/plain-data.ts";
import { type Expression, references, type TemplateNode } from "../expression/index.ts";
import type { PlannedTemplate, StatePlan, Structure } from "../plan/plan.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { conditionPlaces, statePlaces, templatesOf } from "./places.ts";
import { checkPortableAgents } from "./portable-agents.ts";
import { childrenOf, expressionsOf, pathOf } from "./visit.ts";

const OWN_SETTINGS = ["max_cost", "max_tokens", "max_agent_calls", "validator", "history", "objective"];
const OWN_STATE_KEYS = ["max_concurrency", "objective", "key_results", "max_retries", "tools"];
/** Settings that the reference reads past. */
const IGNORED_SETTINGS = ["max_steps", "max_depth", "backends"];
/** Of `persistence.backend`, those that the reference does not have. */
const OWN_BACKENDS: readonly unknown[] = ["redis", "postgres"];

/** Reports one warning for each thing that keeps a machine from running the same on the reference. */
export function checkPortability(machine: CheckedMachine): void {
	const { data, plan } = machine;
	ownKey(machine, data, "template_engine", machine.path("template_engine"));
	const settings = ownRecord(data, "settings");
	for (const key of OWN_SETTINGS) ownKey(machine, settings, key, machine.path("settings", key));
	for (const key of IGNORED_SETTINGS) {
		if (own(settings, key) !== undefined) {
			differs(machine, machine.path("settings", key), "key", `the Python reference ignores \`settings.${key}\``);
		}
	}
	const backend = own(ownRecord(data, "persistence"), "backend");
	if (OWN_BACKENDS.includes(backend)) {
		const message = `the reference has no backend \`${String(backend)}\`; it knows \`memory\`, \`local\` and \`sqlite\``;
		differs(machine, machine.path("persistence", "backend"), "value", message);
	}
	if (plan.parsesRendered) {
		const message = "the reference 4.2.1 no longer parses rendered texts as JSON, whatever the version says";
		differs(machine, machine.path(), "key", `${message}; here a file below 1.1.0 still gets that`);
	}
	if (data.hooks !== undefined) {
		const message = "the reference 4.2.1 ignores `data.hooks`; write `lifecycle_hooks` and `hooks` of the states";
		differs(machine, machine.path("hooks"), "key", message);
	}
	if (data.profiles !== undefined) {
		differs(
			machine,
			machine.path("profiles"),
			"key",
			"the Python reference ignores `data.profiles`; it reads `profiles.yml` beside the machine",
		);
	}
	for (const [name, reference] of Object.entries(ownRecord(data, "machines"))) {
		if (isBuiltin(reference)) {
			differs(
				machine,
				machine.path("machines", name),
				"value",
				`the reference has no packaged machine \`${reference}\``,
			);
		}
		if (!isRecord(reference) || (own(reference, "path") ?? own(reference, "inline")) === undefined) continue;
		differs(
			machine,
			machine.path("machines", name),
			"value",
			"the reference does not understand `{path}` and `{inline}`; give the path or the machine itself",
		);
	}
	checkPortableAgents(machine);
	for (const state of plan.states) checkState(machine, state);
}

function checkState(machine: CheckedMachine, state: StatePlan): void {
	const written = machine.written(state);
	const at = (...keys: DocumentPath) => machine.path("states", state.name, ...keys);
	for (const key of OWN_STATE_KEYS) ownKey(machine, written, key, at(key));
	if (state.timeout !== null && state.mode !== "any") {
		differs(machine, at("timeout"), "key", "the reference honours `timeout` only with `mode: any`");
	}
	checkFiles(machine, state, at);
	if (typeof written.output === "string" && state.kind === "final") {
		differs(machine, at("output"), "value", "the reference fails on an `output` that is one template; write a map");
	}
	checkForeach(machine, state, at);
	for (const { template, path, role } of statePlaces(machine, state)) {
		if (role === "final output") checkFinalOutput(machine, template.node, path);
		else checkInput(machine, template, path);
		checkWords(machine, template, path);
	}
	for (const [key, structure] of state.outputToContext) {
		checkStored(machine, structure, at("output_to_context", key));
		for (const { template, path } of templatesOf(structure, at("output_to_context", key)))
			checkWords(machine, template, path);
	}
	for (const { condition, path } of conditionPlaces(machine, state)) {
		if (condition.node.kind === "simple" && condition.node.expression !== null) {
			checkCondition(machine, path, condition.node.expression, condition.text);
		}
	}
	if (Array.isArray(written.transitions)) {
		for (const [index, entry] of written.transitions.entries()) {
			if (typeof own(entry, "condition") !== "boolean") continue;
			differs(
				machine,
				at("transitions", index, "condition"),
				"value",
				"the reference takes `false` as always and fails on `true`",
			);
		}
	}
}

/** Names that are files and no entries of `data.agents` and `data.machines`. */
function checkFiles(machine: CheckedMachine, state: StatePlan, at: (...keys: DocumentPath) => DocumentPath): void {
	const call = state.machine;
	const called = call === undefined ? [] : call.kind === "single" ? [call.name] : call.entries.map(({ name }) => name);
	const foreach = state.foreach === undefined ? [] : [state.foreach.machine];
	const uses: readonly (readonly [string, "agents" | "machines", readonly string[]])[] = [
		["agent", "agents", state.agent === undefined ? [] : [state.agent]],
		["machine", "machines", [...called, ...foreach]],
		["launch", "machines", state.launch],
	];
	for (const [key, map, names] of uses) {
		const file = names.find((name) => !Object.hasOwn(ownRecord(machine.data, map), name));
		if (file === undefined) continue;
		differs(
			machine,
			at(key),
			"value",
			`the reference finds \`${file}\` only by an entry of \`data.${map}\`, not as a file`,
		);
	}
}

/** In a state the reference's `input` is the context, ours is also the run's own input. */
function checkInput(machine: CheckedMachine, template: PlannedTemplate, path: DocumentPath): void {
	const declared = new Set(machine.plan.context.map(([key]) => key));
	for (const { path: names, start, end } of references(template.node)) {
		const [root, key] = names;
		if (root !== "input" || key === undefined || declared.has(key)) continue;
		const offsets = template.node.kind === "path" ? undefined : { start, end };
		const message = `the reference's \`input\` is the context here, which does not declare \`${key}\``;
		machine.report("FS6102", { path, at: "value", message, ...(offsets && { offsets }) });
	}
}

/** Names that Jinja takes for methods of a Python mapping. */
const METHOD_NAMES = new Set([
	"items",
	"keys",
	"values",
	"get",
	"copy",
	"pop",
	"update",
	"clear",
	"setdefault",
	"popitem",
]);

function checkWords(machine: CheckedMachine, template: PlannedTemplate, path: DocumentPath): void {
	const open = [...expressionsOf(template.node)].map(({ expression }) => expression);
	for (let node = open.pop(); node !== undefined; node = open.pop()) {
		const { start, end } = node;
		const problem = wordProblem(node, template.text.slice(start, end));
		if (problem !== undefined)
			machine.report("FS6102", { path, at: "value", offsets: { start, end }, message: problem });
		open.push(...(node.kind === "call" ? node.args : childrenOf(node)));
	}
}

function wordProblem(node: Expression, text: string): string | undefined {
	if (node.kind === "attribute" && METHOD_NAMES.has(node.name)) {
		return `the reference takes \`.${node.name}\` for a method; write \`['${node.name}']\``;
	}
	if (node.kind === "literal" && text === "null") return "the reference knows no `null` in a template; write `none`";
	return undefined;
}

function checkForeach(machine: CheckedMachine, state: StatePlan, at: (...keys: DocumentPath) => DocumentPath): void {
	const { foreach } = state;
	if (foreach === undefined) return;
	if (foreach.items.kind === "template" && foreach.items.node.kind !== "path") {
		differs(
			machine,
			at("foreach"),
			"value",
			"the reference makes a text of a template here and fails; write a bare path",
		);
	}
	for (const { template, path, role } of statePlaces(machine, state)) {
		if (role !== "item") continue;
		const roots = rootsOf(template.node);
		const outer = ["context", "input"].find((root) => root !== foreach.as && roots.has(root));
		if (outer !== undefined)
			differs(machine, path, "value", `the reference sees only \`${foreach.as}\` here, \`${outer}\` is empty`);
		else if (template.node.kind === "path") {
			differs(machine, path, "value", "the reference takes this bare path as plain text; write it with braces");
		}
	}
}

function checkFinalOutput(machine: CheckedMachine, node: TemplateNode, path: DocumentPath): void {
	const roots = rootsOf(node);
	const other = ["input", "output"].find((root) => roots.has(root));
	if (other !== undefined)
		differs(machine, path, "value", `the reference sees only \`context\` in a final \`output\`, not \`${other}\``);
}

function checkStored(machine: CheckedMachine, structure: Structure, path: DocumentPath): void {
	if (structure.kind === "map" || structure.kind === "list") {
		differs(
			machine,
			path,
			"value",
			"the reference stores a map or list in `output_to_context` as it is, its templates unrendered",
		);
	}
}

const PLAIN_OPERATORS = ["+", "-", "*", "/"];

function checkCondition(machine: CheckedMachine, path: DocumentPath, expression: Expression, text: string): void {
	if (/^\s/.test(text)) differs(machine, path, "value", "the reference rejects a condition that begins with a blank");
	const open = [expression];
	for (let node = open.pop(); node !== undefined; node = open.pop()) {
		const problem = conditionProblem(node);
		if (problem === undefined) open.push(...childrenOf(node));
		else {
			machine.report("FS6102", { path, at: "value", offsets: { start: node.start, end: node.end }, message: problem });
		}
	}
}

function conditionProblem(node: Expression): string | undefined {
	const root = pathOf(node)?.[0];
	if (root === "input" || root === "output") {
		return `the reference sees only \`context\` in a condition, \`${root}\` is an unknown name there`;
	}
	if (node.kind === "compare" && node.rest.some(({ operator }) => /^(?:not )?in$|^is/.test(operator))) {
		return "the reference's conditions have no `in` and no `is`";
	}
	if (node.kind === "unary") return "the reference's conditions have no sign before a number";
	if (node.kind === "test") return "the reference's conditions have no `is`";
	if (node.kind === "conditional") return "the reference's conditions have no `a if c else b`";
	if (node.kind === "binary" && !PLAIN_OPERATORS.includes(node.operator)) {
		return `the reference's conditions have no \`${node.operator}\``;
	}
	return undefined;
}

/** First words of the paths of a template. */
function rootsOf(node: TemplateNode): ReadonlySet<string> {
	if (node.kind === "path") return new Set([node.root]);
	const roots = new Set<string>();
	const open = [...expressionsOf(node)].map(({ expression }) => expression);
	for (let one = open.pop(); one !== undefined; one = open.pop()) {
		if (one.kind === "name") roots.add(one.name);
		open.push(...childrenOf(one));
	}
	return roots;
}

function ownKey(machine: CheckedMachine, holder: unknown, key: string, path: DocumentPath): void {
	if (own(holder, key) === undefined) return;
	machine.report("FS6101", {
		path,
		at: "key",
		message: `\`${key}\` is a key of flatstate's own; the reference ignores it`,
	});
}

function differs(machine: CheckedMachine, path: DocumentPath, at: "key" | "value", message: string): void {
	machine.report("FS6102", { path, at, message });
}
