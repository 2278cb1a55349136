/** A part of a store with some of its methods replaced. */

/** `target` with what `instead` has in its place. */
export function withMethods<T extends object>(target: T, instead: Partial<T>): T {
	return new Proxy(target, {
		get(object, name) {
			if (Object.hasOwn(instead, name)) return Reflect.get(instead, name);
			const value: unknown = Reflect.get(object, name);
			return typeof value === "function" ? value.bind(object) : value;
		},
	});
}
