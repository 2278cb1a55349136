/** The expression grammar: one parser, with Python's precedence for conditions and Jinja's for templates. */
import { verifyCheckCall } from "./check-functions.ts";
import { ExpressionSyntaxError } from "./errors.ts";
import type { Dialect, Token } from "./lexer.ts";
import { MAX_NESTING, MAX_TREE_DEPTH } from "./limits.ts";
import { FILTER_NAMES, nearest, TEST_NAMES } from "./names.ts";
import type { BinaryOperator, CompareOperator, Expression, Span } from "./nodes.ts";
import { CONSTANTS, KEYWORDS, TokenReader } from "./token-reader.ts";

type Named = readonly (readonly [string, Expression])[];
type Arguments = { readonly args: readonly Expression[]; readonly named: Named; readonly end: number };

const COMPARISONS = new Set<string>(["==", "!=", "<", "<=", ">", ">="]);

function isCompareOperator(text: string): text is "==" | "!=" | "<" | "<=" | ">" | ">=" {
	return COMPARISONS.has(text);
}

/** Reads one tag's or condition's tokens. Nodes come out frozen. */
export class ExpressionParser extends TokenReader {
	readonly #depths = new WeakMap<Expression, number>();
	/** Whether this is the check of a key result, which may call functions. */
	readonly #callsFunctions: boolean;
	#nesting = 0;

	constructor(tokens: readonly Token[], dialect: Dialect, callsFunctions = false) {
		super(tokens, dialect);
		this.#callsFunctions = callsFunctions;
	}

	/** An expression, with `a if c else b`. */
	expression(withConditional = true): Expression {
		this.#enter();
		let node = this.#or();
		while (withConditional && this.isName("if")) {
			this.next();
			const test = this.#or();
			let otherwise: Expression | null = null;
			if (this.skipName("else")) otherwise = this.expression();
			else if (this.dialect === "simple") throw this.unexpected("`else`");
			node = this.#make(
				// biome-ignore lint/suspicious/noThenProperty: a node is never awaited
				{ kind: "conditional", test, then: node, otherwise, start: node.start, end: (otherwise ?? test).end },
				[test, node, otherwise],
			);
		}
		this.#nesting -= 1;
		return node;
	}

	/** An expression or, with commas, a tuple. */
	tuple(withConditional = true): Expression {
		const first = this.expression(withConditional);
		if (!this.isOperator(",")) return first;
		const items = [first];
		let end = first.end;
		while (this.isOperator(",")) {
			end = this.next().end;
			if (this.current.kind === "end" || this.isOperator(")") || this.isOperator("=")) break;
			const item = this.expression(withConditional);
			items.push(item);
			end = item.end;
		}
		return this.#make({ kind: "list", items: Object.freeze(items), tuple: true, start: first.start, end }, items);
	}

	/** Arguments up to `)`; the `(` is the current token. */
	arguments(): Arguments {
		this.expect("(");
		const args: Expression[] = [];
		const named: (readonly [string, Expression])[] = [];
		while (!this.isOperator(")")) {
			if (this.isOperator("*") || this.isOperator("**")) {
				throw new ExpressionSyntaxError("`*` arguments are not supported", this.current, "write the arguments out");
			}
			if (this.current.kind === "name" && this.following.kind === "operator" && this.following.text === "=") {
				const name = this.next().text;
				this.next();
				named.push(Object.freeze([name, this.expression()] as const));
			} else {
				if (named.length > 0) {
					throw new ExpressionSyntaxError("an argument without a name stands after a named one", this.current);
				}
				args.push(this.expression());
			}
			if (!this.isOperator(")")) this.expect(",");
		}
		const { end } = this.next();
		return { args: Object.freeze(args), named: Object.freeze(named), end };
	}

	/** `name(args)|name…`, as in `{% filter upper %}`, on the given input. */
	filters(input: Expression): Expression {
		let node = input;
		do node = this.#filter(node);
		while (this.skip("|"));
		return node;
	}

	#enter(): void {
		this.#nesting += 1;
		if (this.#nesting > MAX_NESTING) {
			throw new ExpressionSyntaxError(`the expression is nested more than ${MAX_NESTING} levels deep`, this.current);
		}
	}

	#make<E extends Expression>(node: E, parts: readonly (Expression | null)[]): E {
		let depth = 1;
		for (const part of parts) {
			if (part !== null) depth = Math.max(depth, 1 + (this.#depths.get(part) ?? 0));
		}
		if (depth > MAX_TREE_DEPTH) {
			throw new ExpressionSyntaxError(`the expression is more than ${MAX_TREE_DEPTH} operators deep`, node);
		}
		this.#depths.set(node, depth);
		return Object.freeze(node);
	}

	#or(): Expression {
		let left = this.#and();
		while (this.skipName("or")) left = this.#logical("or", left, this.#and());
		return left;
	}

	#and(): Expression {
		let left = this.#not();
		while (this.skipName("and")) left = this.#logical("and", left, this.#not());
		return left;
	}

	#logical(operator: "and" | "or", left: Expression, right: Expression): Expression {
		return this.#make({ kind: "logical", operator, left, right, start: left.start, end: right.end }, [left, right]);
	}

	#not(): Expression {
		if (!this.isName("not")) return this.#comparison();
		this.#enter();
		const { start } = this.next();
		const operand = this.#not();
		this.#nesting -= 1;
		return this.#make({ kind: "not", operand, start, end: operand.end }, [operand]);
	}

	#comparison(): Expression {
		const left = this.#sum();
		const rest: { readonly operator: CompareOperator; readonly right: Expression }[] = [];
		for (;;) {
			const operator = this.#compareOperator();
			if (operator === null) break;
			const at = this.current;
			const right = this.#sum();
			if ((operator === "is" || operator === "is not") && !isIdentityValue(right)) {
				throw new ExpressionSyntaxError(
					right.kind === "name" && (right.name === "defined" || right.name === "undefined")
						? "a condition has no `is defined`"
						: "`is` compares with None, True and False only",
					{ start: at.start, end: right.end },
					right.kind === "name" && right.name.endsWith("defined") ? "write `!= null`" : "write `==`",
				);
			}
			rest.push(Object.freeze({ operator, right }));
		}
		const last = rest.at(-1);
		if (last === undefined) return left;
		return this.#make({ kind: "compare", left, rest: Object.freeze(rest), start: left.start, end: last.right.end }, [
			left,
			...rest.map((one) => one.right),
		]);
	}

	#compareOperator(): CompareOperator | null {
		const { kind, text } = this.current;
		if (kind === "operator" && isCompareOperator(text)) {
			this.next();
			return text;
		}
		if (kind !== "name") return null;
		if (text === "in") {
			this.next();
			return "in";
		}
		if (text === "not" && this.following.kind === "name" && this.following.text === "in") {
			this.next();
			this.next();
			return "not in";
		}
		if (text === "is" && this.dialect === "simple") {
			this.next();
			return this.skipName("not") ? "is not" : "is";
		}
		return null;
	}

	#sum(): Expression {
		const operand = this.dialect === "jinja" ? () => this.#concatenation() : () => this.#product();
		return this.#chain(["+", "-"], operand);
	}

	#concatenation(): Expression {
		return this.#chain(["~"], () => this.#product());
	}

	#product(): Expression {
		return this.#chain(["*", "/", "//", "%"], () => (this.dialect === "jinja" ? this.#power() : this.#unary()));
	}

	#power(): Expression {
		return this.#chain(["**"], () => this.#unary());
	}

	#chain(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
		let left = operand();
		for (;;) {
			const token = this.current;
			const operator = token.kind === "operator" ? operators.find((one) => one === token.text) : undefined;
			if (operator === undefined) return left;
			this.next();
			const right = operand();
			left = this.#make({ kind: "binary", operator, left, right, start: left.start, end: right.end }, [left, right]);
		}
	}

	/** In Jinja a filter takes the whole of `-x`: `-1|abs` is `(-1)|abs`. */
	#unary(withFilter = true): Expression {
		const token = this.current;
		let node: Expression;
		if (token.kind === "operator" && (token.text === "-" || token.text === "+")) {
			this.#enter();
			this.next();
			const operand = this.#unary(false);
			this.#nesting -= 1;
			node = this.#make({ kind: "unary", operator: token.text, operand, start: token.start, end: operand.end }, [
				operand,
			]);
		} else node = this.#primary();
		node = this.#postfix(node);
		return withFilter && this.dialect === "jinja" ? this.#filtersAndTests(node) : node;
	}

	#primary(): Expression {
		const token = this.current;
		const { start, end } = token;
		switch (token.kind) {
			case "end":
				throw this.unexpected(null);
			case "name":
				return this.#name(token);
			case "integer":
			case "float": {
				this.next();
				const value = Number(token.value);
				return this.#make(
					token.kind === "float"
						? { kind: "literal", value, float: true, start, end }
						: { kind: "literal", value, start, end },
					[],
				);
			}
			case "string":
				return this.#text();
			case "operator":
				if (token.text === "(") return this.#parenthesis();
				if (token.text === "[") return this.#list();
				if (token.text === "{") return this.#map();
				throw this.unexpected(null);
		}
	}

	#name(token: Token): Expression {
		const { start, end } = token;
		const constant = CONSTANTS.get(token.text);
		const simple = this.dialect === "simple";
		if (constant !== undefined && !(simple && token.text === "none")) {
			this.next();
			return this.#make({ kind: "literal", value: constant, start, end }, []);
		}
		if (simple && token.text === "none") {
			this.next();
			return this.#make({ kind: "literal", value: null, start, end }, []);
		}
		if (KEYWORDS.has(token.text)) throw this.unexpected(null);
		if (simple && token.text === "lambda") {
			throw new ExpressionSyntaxError("functions cannot be written in a condition", token);
		}
		this.next();
		return this.#make({ kind: "name", name: token.text, start, end }, []);
	}

	/** Adjacent texts are one. */
	#text(): Expression {
		const { start } = this.current;
		let end = start;
		let value = "";
		while (this.current.kind === "string") {
			const token = this.next();
			value += String(token.value);
			end = token.end;
		}
		return this.#make({ kind: "literal", value, start, end }, []);
	}

	#parenthesis(): Expression {
		const { start } = this.next();
		if (this.isOperator(")")) {
			const { end } = this.next();
			return this.#make({ kind: "list", items: Object.freeze([]), tuple: true, start, end }, []);
		}
		const inner = this.tuple();
		const { end } = this.expect(")");
		const depth = this.#depths.get(inner) ?? 0;
		const widened = Object.freeze({ ...inner, start, end });
		this.#depths.set(widened, depth);
		return widened;
	}

	#list(): Expression {
		const { start } = this.next();
		const items: Expression[] = [];
		while (!this.isOperator("]")) {
			items.push(this.expression());
			if (!this.isOperator("]")) this.expect(",");
		}
		const { end } = this.next();
		return this.#make({ kind: "list", items: Object.freeze(items), start, end }, items);
	}

	#map(): Expression {
		const open = this.current;
		if (this.dialect === "simple") {
			throw new ExpressionSyntaxError("a condition has no `{…}`", open, "compare single values");
		}
		this.next();
		const entries: (readonly [Expression, Expression])[] = [];
		while (!this.isOperator("}")) {
			const key = this.expression();
			this.expect(":");
			entries.push(Object.freeze([key, this.expression()] as const));
			if (!this.isOperator("}")) this.expect(",");
		}
		const { end } = this.next();
		return this.#make(
			{ kind: "map", entries: Object.freeze(entries), start: open.start, end },
			entries.flatMap((entry) => [...entry]),
		);
	}

	#postfix(operand: Expression): Expression {
		let node = operand;
		for (;;) {
			const token = this.current;
			if (token.kind !== "operator") return node;
			if (token.text === ".") node = this.#attribute(node);
			else if (token.text === "[") node = this.#subscript(node);
			else if (token.text === "(") node = this.#call(node);
			else return node;
		}
	}

	#attribute(object: Expression): Expression {
		this.next();
		const token = this.current;
		if (token.kind === "name") {
			this.next();
			return this.#make({ kind: "attribute", object, name: token.text, start: object.start, end: token.end }, [object]);
		}
		if (token.kind === "integer" && this.dialect === "jinja") {
			this.next();
			const index = this.#make({ kind: "literal", value: Number(token.value), start: token.start, end: token.end }, []);
			return this.#make({ kind: "subscript", object, index, start: object.start, end: token.end }, [object]);
		}
		if (token.kind === "integer") {
			throw new ExpressionSyntaxError("a list item is not reached with `.`", token, `write \`[${token.text}]\``);
		}
		throw this.unexpected("a name after `.`");
	}

	#subscript(object: Expression): Expression {
		this.next();
		const from = this.isOperator(":") ? null : this.tuple();
		if (this.dialect === "simple" && this.isOperator(":")) {
			throw new ExpressionSyntaxError(
				"a condition has no slices",
				this.current,
				"compute the value in `output_to_context`",
			);
		}
		if (!this.skip(":")) {
			if (from === null) throw this.unexpected(null);
			const { end } = this.expect("]");
			return this.#make({ kind: "subscript", object, index: from, start: object.start, end }, [object, from]);
		}
		const part = (): Expression | null => (this.isOperator(":") || this.isOperator("]") ? null : this.expression());
		const to = part();
		const step = this.skip(":") ? part() : null;
		const { end } = this.expect("]");
		return this.#make({ kind: "slice", object, from, to, step, start: object.start, end }, [object, from, to, step]);
	}

	#call(callee: Expression): Expression {
		if (this.dialect === "simple" && !this.#callsFunctions) {
			throw new ExpressionSyntaxError(
				"a condition cannot call functions",
				{ start: callee.start, end: this.current.end },
				"compute the value in `output_to_context`",
			);
		}
		const { args, named, end } = this.arguments();
		if (this.dialect === "simple") verifyCheckCall(callee, args, named, { start: callee.start, end });
		return this.#make({ kind: "call", callee, args, named, start: callee.start, end }, [
			callee,
			...args,
			...named.map((one) => one[1]),
		]);
	}

	#filtersAndTests(operand: Expression): Expression {
		let node = operand;
		for (;;) {
			if (this.skip("|")) node = this.#filter(node);
			else if (this.isName("is")) node = this.#test(node);
			else if (this.isOperator("(")) node = this.#call(node);
			else return node;
		}
	}

	#dotted(): Span & { readonly text: string } {
		const first = this.current;
		if (first.kind !== "name") throw this.unexpected("a name");
		this.next();
		let { text, end } = first;
		while (this.isOperator(".") && this.following.kind === "name") {
			this.next();
			const part = this.next();
			text += `.${part.text}`;
			end = part.end;
		}
		return { text, start: first.start, end };
	}

	#filter(input: Expression): Expression {
		const name = this.#dotted();
		if (!FILTER_NAMES.has(name.text)) {
			throw new ExpressionSyntaxError(`there is no filter \`${name.text}\``, name, nearest(name.text, FILTER_NAMES));
		}
		const call = this.isOperator("(") ? this.arguments() : { args: NOTHING, named: NO_NAMES, end: name.end };
		const start = Math.min(input.start, name.start);
		return this.#make(
			{ kind: "filter", name: name.text, input, args: call.args, named: call.named, start, end: call.end },
			[input, ...call.args, ...call.named.map((one) => one[1])],
		);
	}

	#test(input: Expression): Expression {
		this.next();
		const negated = this.skipName("not");
		const name = this.#dotted();
		if (!TEST_NAMES.has(name.text)) {
			throw new ExpressionSyntaxError(`there is no test \`${name.text}\``, name, nearest(name.text, TEST_NAMES));
		}
		let args: readonly Expression[] = NOTHING;
		let { end } = name;
		const token = this.current;
		if (this.isOperator("(")) {
			const call = this.arguments();
			if (call.named.length > 0) throw new ExpressionSyntaxError("a test takes no named arguments", token);
			args = call.args;
			end = call.end;
		} else if (this.#beginsArgument(token)) {
			const argument = this.#postfix(this.#primary());
			args = Object.freeze([argument]);
			end = argument.end;
		}
		return this.#make({ kind: "test", name: name.text, negated, input, args, start: input.start, end }, [
			input,
			...args,
		]);
	}

	#beginsArgument(token: Token): boolean {
		if (token.kind === "operator") return token.text === "[" || token.text === "{";
		if (token.kind === "name") return !KEYWORDS.has(token.text) && token.text !== "recursive";
		return token.kind !== "end";
	}
}

const NOTHING: readonly Expression[] = Object.freeze([]);
const NO_NAMES: Named = Object.freeze([]);

function isIdentityValue(node: Expression): boolean {
	return node.kind === "literal" && (node.value === null || typeof node.value === "boolean");
}
