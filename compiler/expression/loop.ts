/** `loop` inside `{% for %}`. */
import { Fault } from "./errors.ts";
import { pythonEquals } from "./operators.ts";
import { Builtin, tuple } from "./values.ts";

export class Loop extends Builtin {
	override readonly typeName = "loop";
	readonly #items: readonly unknown[];
	#index = 0;
	#seen: unknown = NOTHING;

	constructor(items: readonly unknown[]) {
		super();
		this.#items = items;
	}

	/** Sets the current item's place, from 0. */
	moveTo(index: number): void {
		this.#index = index;
	}

	override attribute(name: string): unknown {
		const { length } = this.#items;
		switch (name) {
			case "index":
				return this.#index + 1;
			case "index0":
				return this.#index;
			case "revindex":
				return length - this.#index;
			case "revindex0":
				return length - this.#index - 1;
			case "first":
				return this.#index === 0;
			case "last":
				return this.#index === length - 1;
			case "length":
				return length;
			case "previtem":
				return this.#items[this.#index - 1];
			case "nextitem":
				return this.#items[this.#index + 1];
			case "depth":
				return 1;
			case "depth0":
				return 0;
		}
		return undefined;
	}

	override method(name: string): ((args: readonly unknown[]) => unknown) | undefined {
		if (name === "cycle") {
			return (args) => {
				if (args.length === 0) throw new Fault("`loop.cycle` needs values");
				return args[this.#index % args.length];
			};
		}
		if (name === "changed") {
			return (args) => {
				const values = tuple(...args);
				const changed = this.#seen === NOTHING || !pythonEquals(this.#seen, values);
				this.#seen = values;
				return changed;
			};
		}
		return undefined;
	}
}

const NOTHING = Symbol("nothing");
