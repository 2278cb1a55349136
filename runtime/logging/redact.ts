/** Takes secrets out of what is logged or shown, and makes it plain JSON of bounded size. */

const HIDDEN = "[redacted]";
const SECRET_KEY = /api[_-]?key|authorization|token|secret|password/i;
/** The secret keys without `token`, which is also in `total_tokens` and `max_token_count`. */
const OTHER_SECRET_KEY = /api[_-]?key|authorization|secret|password/i;

const MAX_DEPTH = 24;
const MAX_VALUES = 20_000;
const MAX_TEXT = 100_000;

const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
	[/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
	[/\bsk-[\w-]{12,}/g, HIDDEN],
	[/(:\/\/)[^\s/?#@:]{0,256}:[^\s/?#@]{1,256}@/g, `$1${HIDDEN}@`],
	[/([?&](?:api[_-]?key|[\w-]{0,40}token|[\w-]{0,40}secret|password)=)[^&#\s"']+/gi, `$1${HIDDEN}`],
];

/** Takes Bearer and Basic credentials, `sk-` keys and credentials inside addresses out of a text. */
export function redactText(text: string): string {
	let safe = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… [${text.length - MAX_TEXT} more characters]` : text;
	for (const [pattern, replacement] of SECRET_TEXTS) {
		safe = safe.replace(pattern, replacement);
	}
	return safe;
}

function isCount(value: unknown): boolean {
	return typeof value === "number" || value === null || value === undefined;
}

/** Token counts stay readable: numbers, and maps of numbers such as `tokens: {input: 5}`. */
function isSecret(key: string, value: unknown): boolean {
	if (!SECRET_KEY.test(key) || value === null || value === undefined || typeof value === "boolean") {
		return false;
	}
	if (OTHER_SECRET_KEY.test(key)) {
		return true;
	}
	const isMap = typeof value === "object" && !Array.isArray(value);
	return !(isCount(value) || (isMap && Object.keys(value).every((name) => isCount(readOwn(value, name)))));
}

interface Walk {
	left: number;
	readonly open: Set<object>;
}

function readOwn(owner: object, key: string): unknown {
	try {
		return Reflect.get(owner, key);
	} catch {
		return "[unreadable]";
	}
}

function copyError(error: Error, walk: Walk): unknown {
	const known: Record<string, unknown> = { name: error.name, message: error.message, stack: error.stack };
	if (error.cause !== undefined) {
		known.cause = error.cause;
	}
	return copyMap({ ...known, ...error }, walk);
}

function copyMap(owner: object, walk: Walk): Record<string, unknown> {
	const entries: [string, unknown][] = [];
	for (const key of Object.keys(owner)) {
		if (walk.left <= 0) {
			entries.push(["…", "[cut]"]);
			break;
		}
		const value = readOwn(owner, key);
		const copied = isSecret(key, value) ? HIDDEN : copy(value, walk);
		if (copied !== undefined) {
			entries.push([key, copied]);
		}
	}
	return Object.fromEntries(entries);
}

function copyList(list: readonly unknown[], walk: Walk): unknown[] {
	const items: unknown[] = [];
	for (const item of list) {
		if (walk.left <= 0) {
			items.push("[cut]");
			break;
		}
		items.push(copy(item, walk) ?? null);
	}
	return items;
}

function copyObject(value: object, walk: Walk): unknown {
	if (value instanceof Date) {
		return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
	}
	if (ArrayBuffer.isView(value)) {
		return `[${value.byteLength} bytes]`;
	}
	if (value instanceof URL || value instanceof RegExp) {
		return redactText(String(value));
	}
	if (walk.open.has(value)) {
		return "[circular]";
	}
	if (walk.open.size >= MAX_DEPTH) {
		return "[too deep]";
	}
	walk.open.add(value);
	try {
		if (Array.isArray(value)) {
			return copyList(value, walk);
		}
		if (value instanceof Map) {
			return copyMap(Object.fromEntries([...value].map(([key, item]) => [String(key), item])), walk);
		}
		if (value instanceof Set) {
			return copyList([...value], walk);
		}
		return value instanceof Error ? copyError(value, walk) : copyMap(value, walk);
	} finally {
		walk.open.delete(value);
	}
}

function copy(value: unknown, walk: Walk): unknown {
	walk.left -= 1;
	switch (typeof value) {
		case "string":
			return redactText(value);
		case "number":
			return Number.isFinite(value) ? value : String(value);
		case "bigint":
		case "symbol":
			return String(value);
		case "function":
			return "[function]";
		case "object":
			return value === null ? null : copyObject(value, walk);
		default:
			return value;
	}
}

/**
 * Copies a value as plain JSON without secrets: values under keys such as `api_key`, `authorization`, `token`, `secret`
 * or `password`, and credentials inside texts. Token counts stay. The value itself is not changed.
 *
 * Never throws: cycles, getters that throw, depth over 24, more than 20,000 values and very long texts are cut and marked.
 */
export function redact(value: unknown): unknown {
	return copy(value, { left: MAX_VALUES, open: new Set() });
}
