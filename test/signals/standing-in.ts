/** Objects that stand in for others: with counted calls, or with some of their members replaced. */

/** @returns the object behind a counter, and how often each method was called */
export function counted<T extends object>(target: T): { readonly counted: T; readonly calls: Record<string, number> } {
	const calls: Record<string, number> = {};
	const proxy = standIn(target, (name) => {
		calls[name] = (calls[name] ?? 0) + 1;
	});
	return { counted: proxy, calls };
}

/** The object with other members, which may be changed later. */
export function changed<T extends object>(target: T, changes: Partial<T>): T {
	return standIn(target, () => {}, changes);
}

function standIn<T extends object>(target: T, onCall: (name: string) => void, changes: Partial<T> = {}): T {
	return new Proxy(target, {
		get(object, key) {
			if (Object.hasOwn(changes, key)) return Reflect.get(changes, key);
			const value: unknown = Reflect.get(object, key, object);
			if (typeof value !== "function") return value;
			return (...args: readonly unknown[]) => {
				onCall(String(key));
				return Reflect.apply(value, object, args);
			};
		},
	});
}
