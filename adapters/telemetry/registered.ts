/** Whether anybody has registered anything with OpenTelemetry, found out without loading its API: most processes never do. */

/** Where all copies of `@opentelemetry/api` 1.x in a process keep what is registered. */
const registry = Symbol.for("opentelemetry.js.api.1");

export function hasOpenTelemetry(): boolean {
	return Reflect.has(globalThis, registry);
}
