/** Statements as closures that write into a frame: text, `{{ }}`, `if`, `for`, `set`, `with`, `filter`. */
import { compileExpression, type Door, type Evaluate } from "./compile-expression.ts";
import { Fault, locate } from "./errors.ts";
import { checkTextLength, countIteration } from "./limits.ts";
import { Loop } from "./loop.ts";
import type { Expression, Span, Statement } from "./nodes.ts";
import { itemsOf, truthy } from "./operators.ts";
import { BLOCK_TEXT } from "./parse-statements.ts";
import { describe, Namespace, type Scope } from "./values.ts";

/** A local variable that no statement has set yet. */
export const UNSET = Symbol("unset");

/** What one rendering carries along. */
export class Frame {
	readonly scope: Scope;
	readonly locals: unknown[];
	out = "";

	constructor(scope: Scope, slots: number) {
		this.scope = scope;
		this.locals = slots === 0 ? NO_LOCALS : new Array<unknown>(slots).fill(UNSET);
	}
}

const NO_LOCALS: unknown[] = [];

/** How a body ended. */
export type Outcome = "done" | "break" | "continue";
export type Execute = (frame: Frame) => Outcome;

/** Gives each local variable a slot. A name set in a loop or `with` is gone after it (Jinja's scopes). */
export class LocalNames {
	#scopes: Map<string, number>[] = [new Map()];
	#size = 0;

	/** Slots used so far; grows while a template is compiled. */
	get size(): number {
		return this.#size;
	}

	enter(): void {
		this.#scopes.push(new Map());
	}

	leave(): void {
		this.#scopes.pop();
	}

	/** The slot of a name in the innermost scope. */
	declare(name: string): number {
		const scope = this.#scopes.at(-1);
		const known = scope?.get(name);
		if (known !== undefined) return known;
		const slot = this.#size;
		this.#size += 1;
		scope?.set(name, slot);
		return slot;
	}

	/** Slots that a name may be found in, innermost first. */
	candidates(name: string): readonly number[] {
		return this.#scopes
			.map((scope) => scope.get(name))
			.filter((slot) => slot !== undefined)
			.reverse();
	}
}

export interface StatementContext {
	readonly names: LocalNames;
	readonly door: Door<Frame>;
	/** How `{{ }}` turns a value into text. */
	readonly print: (value: unknown) => string;
}

/** Compiles statements that run one after the other. */
export function compileBody(body: readonly Statement[], context: StatementContext): Execute {
	const statements = body.map((statement) => compileStatement(statement, context));
	const [first, second, third] = statements;
	if (first === undefined) return () => "done";
	if (second === undefined) return first;
	const runs = body.some((one) => one.kind !== "text" && one.kind !== "print");
	if (!runs && third === undefined) {
		return (frame) => {
			first(frame);
			return second(frame);
		};
	}
	return (frame) => {
		for (const statement of statements) {
			const outcome = statement(frame);
			if (outcome !== "done") return outcome;
		}
		return "done";
	};
}

function compileStatement(node: Statement, context: StatementContext): Execute {
	const { names, door } = context;
	switch (node.kind) {
		case "text":
			return (frame) => {
				frame.out += node.text;
				return "done";
			};
		case "print":
			return compilePrint(node, context);
		case "if":
			return compileIf(node, context);
		case "for":
			return compileFor(node, context);
		case "set": {
			const value = compileExpression(node.value, door);
			if (node.attribute !== null) return compileNamespaceSet(node, value, context);
			const assign = compileTargets(
				node.targets.map((target) => names.declare(target)),
				node,
			);
			return (frame) => {
				assign(frame, value(frame));
				return "done";
			};
		}
		case "set-block": {
			const capture = compileCapture(node.body, node.filter ?? null, context);
			const slot = names.declare(node.target);
			return (frame) => {
				frame.locals[slot] = capture(frame);
				return "done";
			};
		}
		case "filter-block": {
			const capture = compileCapture(node.body, node.filter, context);
			return (frame) => {
				frame.out += context.print(capture(frame));
				return "done";
			};
		}
		case "with": {
			const values = node.bindings.map((binding) => compileExpression(binding[1], door));
			names.enter();
			const slots = node.bindings.map((binding) => names.declare(binding[0]));
			const body = compileBody(node.body, context);
			names.leave();
			return (frame) => {
				const results = values.map((value) => value(frame));
				for (const [index, slot] of slots.entries()) frame.locals[slot] = results[index];
				return body(frame);
			};
		}
		case "break":
			return () => "break";
		case "continue":
			return () => "continue";
	}
}

function compilePrint(node: Extract<Statement, { kind: "print" }>, context: StatementContext): Execute {
	const value = compileExpression(node.expression, context.door);
	const { print } = context;
	return (frame) => {
		const shown = value(frame);
		try {
			frame.out += typeof shown === "string" ? shown : print(shown);
			checkTextLength(frame.out.length);
		} catch (error) {
			throw locate(error, node.expression);
		}
		return "done";
	};
}

function compileIf(node: Extract<Statement, { kind: "if" }>, context: StatementContext): Execute {
	const branches = node.branches.map(({ test, body }) => ({
		test: compileExpression(test, context.door),
		body: compileBody(body, context),
	}));
	const otherwise = node.otherwise === null ? null : compileBody(node.otherwise, context);
	return (frame) => {
		for (const { test, body } of branches) {
			if (truthy(test(frame))) return body(frame);
		}
		return otherwise === null ? "done" : otherwise(frame);
	};
}

/** Assigns a value to one slot, or its items to several. */
function compileTargets(slots: readonly number[], span: Span): (frame: Frame, value: unknown) => void {
	const [only] = slots;
	if (slots.length === 1 && only !== undefined) {
		return (frame, value) => {
			frame.locals[only] = value;
		};
	}
	return (frame, value) => {
		try {
			const items = itemsOf(value);
			if (items.length !== slots.length) {
				throw new Fault(`${slots.length} values are expected, but there are ${items.length}`);
			}
			for (const [index, slot] of slots.entries()) frame.locals[slot] = items[index];
		} catch (error) {
			throw locate(error, span);
		}
	};
}

function compileNamespaceSet(
	node: Extract<Statement, { kind: "set" }>,
	value: Evaluate<Frame>,
	context: StatementContext,
): Execute {
	const [name = ""] = node.targets;
	const attribute = node.attribute ?? "";
	const target = context.door.name({ kind: "name", name, start: node.start, end: node.end });
	return (frame) => {
		const space = target(frame);
		if (!(space instanceof Namespace)) {
			throw locate(
				new Fault(`\`${name}\` is ${describe(space)}; only attributes of a \`namespace()\` can be set`),
				node,
			);
		}
		space.values.set(attribute, value(frame));
		return "done";
	};
}

/** A block's text, sent through its filter if it has one. */
function compileCapture(
	body: readonly Statement[],
	filter: Expression | null,
	context: StatementContext,
): Evaluate<Frame> {
	const { names, door } = context;
	names.enter();
	const run = compileBody(body, context);
	const text = names.declare(BLOCK_TEXT);
	const filtered = filter === null ? null : compileExpression(filter, door);
	names.leave();
	return (frame) => {
		const before = frame.out;
		frame.out = "";
		run(frame);
		const captured = frame.out;
		frame.out = before;
		if (filtered === null) return captured;
		frame.locals[text] = captured;
		return filtered(frame);
	};
}

function compileFor(node: Extract<Statement, { kind: "for" }>, context: StatementContext): Execute {
	const { names, door } = context;
	const iterable = compileExpression(node.iterable, door);
	names.enter();
	const firstSlot = names.size;
	const assign = compileTargets(
		node.targets.map((target) => names.declare(target)),
		node,
	);
	const filter = node.filter === null ? null : compileExpression(node.filter, door);
	const loopSlot = names.declare("loop");
	const bodyStart = names.size;
	const body = compileBody(node.body, context);
	const bodyEnd = names.size;
	names.leave();
	names.enter();
	const otherwise = node.otherwise === null ? null : compileBody(node.otherwise, context);
	names.leave();

	return (frame) => {
		let items: readonly unknown[];
		try {
			items = itemsOf(iterable(frame));
		} catch (error) {
			throw locate(error, node.iterable);
		}
		const { locals } = frame;
		const outer = locals.slice(firstSlot, bodyEnd);
		if (filter !== null) {
			items = items.filter((item) => {
				countIteration();
				assign(frame, item);
				return truthy(filter(frame));
			});
		}
		if (items.length === 0) return otherwise === null ? "done" : otherwise(frame);
		const loop = new Loop(items);
		for (let index = 0; index < items.length; index += 1) {
			countIteration();
			for (let slot = bodyStart; slot < bodyEnd; slot += 1) locals[slot] = UNSET;
			loop.moveTo(index);
			assign(frame, items[index] ?? null);
			locals[loopSlot] = loop;
			if (body(frame) === "break") break;
		}
		for (const [index, value] of outer.entries()) locals[firstSlot + index] = value;
		return "done";
	};
}
