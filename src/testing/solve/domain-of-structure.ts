/** What a template, or a structure of templates, can render to, given what its variables can be. */
import { type Expression, pythonStr, references, type Statement } from "../../../compiler/expression/index.ts";
import type { PlannedTemplate, Structure } from "../../../compiler/plan/plan.ts";
import { compileStructure } from "../../../compiler/render/structure.ts";
import { ANYTHING, constants, type Domain, fieldOf, isListed, openKinds, unite } from "./domain.ts";
import { attempt } from "./evaluate.ts";
import { ABSENT, type Path, setAt } from "./paths.ts";
import { templatesOf } from "./structure-templates.ts";

export interface Variables {
	readonly parsesRendered: boolean;
	/** What a variable can be: `context.x`, `output.x`, `input.x`, or one of these alone. */
	domainOf(root: string, key: string | undefined): Domain;
}

/** Renderings with all values of the variables that are tried. */
const MOST_RENDERINGS = 64;

/** Every value that the structure can render to is in the domain. */
export function domainOfStructure(structure: Structure, variables: Variables): Domain {
	switch (structure.kind) {
		case "constant":
			return constants([structure.value]);
		case "list":
		case "map":
			return enumerated(structure, variables) ?? openKinds([structure.kind]);
		case "template":
			return domainOfTemplate(structure, variables);
	}
}

function domainOfTemplate(template: PlannedTemplate, variables: Variables): Domain {
	const { node } = template;
	switch (node.kind) {
		case "literal":
			return constants([node.text]);
		case "path":
			return domainOfPath([node.root, ...node.keys], variables);
		case "liquid":
			return variables.parsesRendered ? ANYTHING : openKinds(["text"]);
		case "jinja": {
			const known = enumerated(template, variables);
			if (known !== undefined) return known;
			if (variables.parsesRendered) return ANYTHING;
			const texts = textsOf(node.body, variables);
			return texts === undefined ? openKinds(["text"]) : constants([...texts]);
		}
	}
}

/** `context.a.b` by the domain of `context.a`. */
export function domainOfPath([root = "", key, ...rest]: readonly string[], variables: Variables): Domain {
	let domain = variables.domainOf(root, key);
	for (const name of rest) domain = fieldOf(domain, name);
	return domain;
}

/** The renderings for all values of the variables, where these are known one by one. */
function enumerated(structure: Structure, variables: Variables): Domain | undefined {
	const paths = new Map<string, Path>();
	for (const { node } of templatesOf(structure)) {
		if (node.kind === "liquid") return undefined;
		for (const { path } of references(node)) {
			const [root = "", key] = path;
			paths.set(`${root}.${key}`, key === undefined ? [root] : [root, key]);
		}
	}
	let scopes: unknown[] = [{ context: {}, input: {}, output: {} }];
	for (const path of paths.values()) {
		const [root, key] = path;
		const domain = variables.domainOf(String(root), key === undefined ? undefined : String(key));
		// Templates tell null from what is missing.
		const values = domain.constants.flatMap((value) => (value === null ? [null, ABSENT] : [value]));
		if (!isListed(domain) || scopes.length * values.length > MOST_RENDERINGS) return undefined;
		scopes = scopes.flatMap((scope) => values.map((value) => setAt(scope, path, value)));
	}
	const render = compileStructure(structure, { parsesRendered: variables.parsesRendered });
	const values: unknown[] = [];
	for (const scope of scopes) {
		const rendered = attempt(render, Object(scope));
		// A rendering that fails stores nothing.
		if (!rendered.failed) values.push(rendered.value);
	}
	return constants(values);
}

const MOST_TEXTS = 16;

/** The texts that a body can print; undefined where they are not known. */
function textsOf(body: readonly Statement[], variables: Variables): ReadonlySet<string> | undefined {
	let texts: readonly string[] = [""];
	for (const statement of body) {
		const more = textsOfStatement(statement, variables);
		if (more === undefined || texts.length * more.size > MOST_TEXTS) return undefined;
		texts = texts.flatMap((text) => [...more].map((one) => text + one));
	}
	return new Set(texts);
}

function textsOfStatement(statement: Statement, variables: Variables): ReadonlySet<string> | undefined {
	switch (statement.kind) {
		case "text":
			return new Set([statement.text]);
		case "print": {
			const domain = domainOfExpression(statement.expression, variables);
			if (!isListed(domain) || domain.constants.some((value) => typeof value === "object" && value !== null))
				return undefined;
			return new Set(domain.constants.map((value) => pythonStr(value)));
		}
		case "if": {
			const branches = statement.branches.map(({ body }) => textsOf(body, variables));
			branches.push(statement.otherwise === null ? new Set([""]) : textsOf(statement.otherwise, variables));
			const texts = new Set<string>();
			for (const branch of branches) {
				if (branch === undefined) return undefined;
				for (const text of branch) texts.add(text);
			}
			return texts;
		}
		default:
			return undefined;
	}
}

/** Texts that conditionals choose between; everything else is not followed. */
function domainOfExpression(node: Expression, variables: Variables): Domain {
	if (node.kind === "literal") return typeof node.value === "string" ? constants([node.value]) : ANYTHING;
	if (node.kind !== "conditional" || node.otherwise === null) return ANYTHING;
	return unite(domainOfExpression(node.then, variables), domainOfExpression(node.otherwise, variables));
}
