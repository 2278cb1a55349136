/** The syntax tree of conditions and templates: frozen, plain JSON, with offsets into the text. */

/** Offsets into the parsed text, UTF-16 units from 0; `end` is exclusive. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

export type CompareOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in" | "is" | "is not";
export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**" | "~";

/** An expression, shared by conditions and templates. */
export type Expression = Span &
	(
		| { readonly kind: "literal"; readonly value: string | number | boolean | null; readonly float?: true }
		| { readonly kind: "name"; readonly name: string }
		| { readonly kind: "attribute"; readonly object: Expression; readonly name: string }
		| { readonly kind: "subscript"; readonly object: Expression; readonly index: Expression }
		| {
				readonly kind: "slice";
				readonly object: Expression;
				readonly from: Expression | null;
				readonly to: Expression | null;
				readonly step: Expression | null;
		  }
		| { readonly kind: "not"; readonly operand: Expression }
		| { readonly kind: "unary"; readonly operator: "-" | "+"; readonly operand: Expression }
		| {
				readonly kind: "binary";
				readonly operator: BinaryOperator;
				readonly left: Expression;
				readonly right: Expression;
		  }
		| {
				readonly kind: "logical";
				readonly operator: "and" | "or";
				readonly left: Expression;
				readonly right: Expression;
		  }
		| {
				readonly kind: "compare";
				readonly left: Expression;
				readonly rest: readonly { readonly operator: CompareOperator; readonly right: Expression }[];
		  }
		| {
				readonly kind: "conditional";
				readonly test: Expression;
				readonly then: Expression;
				readonly otherwise: Expression | null;
		  }
		| { readonly kind: "list"; readonly items: readonly Expression[]; readonly tuple?: true }
		| { readonly kind: "map"; readonly entries: readonly (readonly [Expression, Expression])[] }
		| {
				readonly kind: "call";
				readonly callee: Expression;
				readonly args: readonly Expression[];
				readonly named: readonly (readonly [string, Expression])[];
		  }
		| {
				readonly kind: "filter";
				readonly name: string;
				readonly input: Expression;
				readonly args: readonly Expression[];
				readonly named: readonly (readonly [string, Expression])[];
		  }
		| {
				readonly kind: "test";
				readonly name: string;
				readonly negated: boolean;
				readonly input: Expression;
				readonly args: readonly Expression[];
		  }
	);

/** A statement of a Jinja template. */
export type Statement = Span &
	(
		| { readonly kind: "text"; readonly text: string }
		| { readonly kind: "print"; readonly expression: Expression }
		| {
				readonly kind: "if";
				readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
				readonly otherwise: readonly Statement[] | null;
		  }
		| {
				readonly kind: "for";
				readonly targets: readonly string[];
				readonly iterable: Expression;
				readonly filter: Expression | null;
				readonly body: readonly Statement[];
				readonly otherwise: readonly Statement[] | null;
		  }
		/** `attribute` is for `{% set ns.x = … %}`. */
		| {
				readonly kind: "set";
				readonly targets: readonly string[];
				readonly attribute: string | null;
				readonly value: Expression;
		  }
		/** `filter` is for `{% set x | upper %}`; its innermost input is the block's own text. */
		| {
				readonly kind: "set-block";
				readonly target: string;
				readonly body: readonly Statement[];
				readonly filter?: Expression;
		  }
		| {
				readonly kind: "with";
				readonly bindings: readonly (readonly [string, Expression])[];
				readonly body: readonly Statement[];
		  }
		/** `{% filter upper %}`; the filter's innermost input is the block's own text. */
		| { readonly kind: "filter-block"; readonly filter: Expression; readonly body: readonly Statement[] }
		| { readonly kind: "break" }
		| { readonly kind: "continue" }
	);

/** A parsed template: literal text, a bare path that keeps its type, Jinja, or Liquid. */
export type TemplateNode =
	| { readonly kind: "literal"; readonly text: string }
	| { readonly kind: "path"; readonly root: string; readonly keys: readonly string[] }
	| { readonly kind: "jinja"; readonly body: readonly Statement[] }
	| { readonly kind: "liquid"; readonly text: string };

/** A parsed condition. Blank text is true. CEL is kept as text; its library parses it again when compiled. */
export type ConditionNode =
	| { readonly kind: "simple"; readonly expression: Expression | null }
	| { readonly kind: "cel"; readonly text: string };
