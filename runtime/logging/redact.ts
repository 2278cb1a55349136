/** Takes secrets out of what is logged or shown, and makes it plain JSON of bounded size. */

const HIDDEN = "[redacted]";
/** The secret keys without `token`, which is also in `total_tokens` and `max_token_count`. */
const OTHER_SECRET_KEY =
	/(?:api|access|private)[_-]?key|authorization|secret|passw(?:or)?d|passphrase|credential|^(?:set-)?cookie$/i;
const SECRET_KEY = new RegExp(`token|${OTHER_SECRET_KEY.source}`, "i");

const MAX_DEPTH = 24;
const MAX_VALUES = 20_000;
const MAX_TEXT = 100_000;

const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
	[/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
	[/\bsk-[\w-]{12,}/g, HIDDEN],
	[/(:\/\/)[^\s/?#@:]{0,256}:[^\s/?#@]{1,256}@/g, `$1${HIDDEN}@`],
	[/\b((?:https?|wss?):\/\/)[^\s/?#@]{1,512}@/gi, `$1${HIDDEN}@`],
	[/([?&](?:api[_-]?key|[\w-]{0,40}token|[\w-]{0,40}secret|password)=)[^&#\s"']+/gi, `$1${HIDDEN}`],
	// JSON, or what Python prints, within a text: a template has made a text of a mapping.
	[
		/((\\*["'])[\w-]{0,60}(?:api[_-]?key|authorization|token|secret|password)[\w-]{0,40}\2\s{0,9}:\s{0,9}\2)(?:(?!\2)(?:\\[\s\S]|[\s\S]))+/gi,
		`$1${HIDDEN}`,
	],
];

/** What one of these has in it, whatever else; most texts are names and ids, and have nothing of it. */
const SUSPECT = /sk-|:\/\/|[?&]|bearer|basic|["']\s{0,9}:/i;

/** Takes Bearer and Basic credentials, `sk-` keys and credentials inside addresses out of a text. */
export function redactText(text: string): string {
	let safe = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… [${text.length - MAX_TEXT} more characters]` : text;
	if (!SUSPECT.test(safe)) return safe;
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

export interface RedactOptions {
	/** Takes secrets out of a text or a key. Default: `redactText`, keys as they are. */
	readonly text?: (text: string) => string;
	/** Whether what stands under a key such as `api_key` is hidden. Default true. */
	readonly hidesByKey?: boolean;
	/** Called with what is hidden for its key. */
	readonly onHidden?: (value: unknown) => void;
	/** Default 24. */
	readonly maxDepth?: number;
	/** Default 20,000. */
	readonly maxValues?: number;
	/** Whether an object with a `toJSON` stands for what that gives. Default false. */
	readonly callsToJson?: boolean;
	/**
	 * Of errors only the name, this of the message, the code, the status and the cause are copied. Default: the stack and all
	 * other fields, too.
	 */
	readonly brief?: (message: string) => string;
}

interface Walk {
	left: number;
	readonly open: Set<object>;
	readonly text: (text: string) => string;
	readonly key: (key: string) => string;
	readonly hidesByKey: boolean;
	readonly onHidden: ((value: unknown) => void) | undefined;
	readonly maxDepth: number;
	readonly callsToJson: boolean;
	readonly brief: ((message: string) => string) | undefined;
}

function readOwn(owner: object, key: string): unknown {
	try {
		return Reflect.get(owner, key);
	} catch {
		return "[unreadable]";
	}
}

function copyError(error: Error, walk: Walk): unknown {
	const { brief } = walk;
	const own = brief ? ["code", "status", "cause"] : ["stack", "cause", ...Object.keys(error)];
	const given = readOwn(error, "message");
	const known: Record<string, unknown> = {
		name: readOwn(error, "name"),
		message: brief && typeof given === "string" ? brief(given) : given,
	};
	for (const key of own) known[key] = readOwn(error, key);
	return copyMap(known, walk);
}

function copyMap(owner: object, walk: Walk): Record<string, unknown> {
	const entries: [string, unknown][] = [];
	for (const key of Object.keys(owner)) {
		if (walk.left <= 0) {
			entries.push(["…", "[cut]"]);
			break;
		}
		const value = readOwn(owner, key);
		const hides = walk.hidesByKey && isSecret(key, value);
		if (hides) walk.onHidden?.(value);
		const copied = hides ? HIDDEN : copy(value, walk);
		if (copied !== undefined) {
			entries.push([walk.key(key), copied]);
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
		return walk.text(String(value));
	}
	if (walk.open.has(value)) {
		return "[circular]";
	}
	if (walk.open.size >= walk.maxDepth) {
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
		if (value instanceof Error) {
			return copyError(value, walk);
		}
		const json = walk.callsToJson ? jsonOf(value) : value;
		return json === value ? copyMap(value, walk) : copy(json, walk);
	} finally {
		walk.open.delete(value);
	}
}

/** What JSON would have of the object; itself where it does not say. */
function jsonOf(value: object): unknown {
	const toJson = readOwn(value, "toJSON");
	if (typeof toJson !== "function") return value;
	try {
		return Reflect.apply(toJson, value, []);
	} catch {
		return "[unreadable]";
	}
}

function copy(value: unknown, walk: Walk): unknown {
	walk.left -= 1;
	switch (typeof value) {
		case "string":
			return walk.text(value);
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
export function redact(value: unknown, options: RedactOptions = {}): unknown {
	const { text, hidesByKey = true, maxDepth = MAX_DEPTH, maxValues = MAX_VALUES, callsToJson = false } = options;
	return copy(value, {
		left: maxValues,
		open: new Set(),
		text: text ?? redactText,
		key: text ?? ((key) => key),
		hidesByKey,
		onHidden: options.onHidden,
		maxDepth,
		callsToJson,
		brief: options.brief,
	});
}
