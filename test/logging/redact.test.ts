import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redact, redactText } from "../../runtime/logging/redact.ts";

describe("secrets in texts that were mappings", () => {
	it.each([
		['{"token": "hush-hush", "n": 1}', '{"token": "[redacted]", "n": 1}'],
		["{'api_key': 'hush-hush', 'n': 1}", "{'api_key': '[redacted]', 'n': 1}"],
		['{"nested": "{\\"password\\": \\"hush-hush\\"}"}', '{"nested": "{\\"password\\": \\"[redacted]\\"}"}'],
		['{"client_secret":"hush \\" hush"}', '{"client_secret":"[redacted]"}'],
	])("hides them in %s", (text, safe) => {
		expect(redactText(text)).toBe(safe);
	});

	it("keeps counts", () => {
		expect(redactText('{"total_tokens": 12}')).toBe('{"total_tokens": 12}');
	});
});

describe("redaction of values", () => {
	it.each([
		"api_key",
		"apiKey",
		"API-KEY",
		"OPENAI_API_KEY",
		"Authorization",
		"token",
		"access_token",
		"client_secret",
		"password",
		"dbPassword",
	])("hides the value under %s", (key) => {
		expect(redact({ [key]: "hush" })).toEqual({ [key]: "[redacted]" });
		expect(redact({ deep: [{ [key]: { any: "hush" } }] })).toEqual({ deep: [{ [key]: "[redacted]" }] });
	});

	it("hides numbers under a password but keeps token counts", () => {
		expect(
			redact({ password: 1234, total_tokens: 15, max_token_count: 3, tokens: { input: 5, output: null } }),
		).toEqual({
			password: "[redacted]",
			total_tokens: 15,
			max_token_count: 3,
			tokens: { input: 5, output: null },
		});
	});

	it("hides maps and lists of tokens that are no counts", () => {
		expect(redact({ tokens: { github: "ghp_1" }, refresh_tokens: ["a"] })).toEqual({
			tokens: "[redacted]",
			refresh_tokens: "[redacted]",
		});
	});

	it("never lets a secret through, wherever it is", () => {
		fc.assert(
			fc.property(
				fc.json().map((text): unknown => JSON.parse(text)),
				fc.constantFrom("api_key", "my_token", "x-secret", "Password"),
				(value, key) => {
					const safe = redact({ list: [value, { [key]: "hush-hush", also: value }] });
					expect(JSON.stringify(safe)).not.toContain("hush-hush");
				},
			),
		);
	});

	it("gives plain JSON without secrets back as it was", () => {
		const clean = { text: "hi", list: [1, null, true, { a: "b" }], empty: {} };
		expect(redact(clean)).toEqual(clean);
	});

	it("leaves the value itself alone", () => {
		const value = { api_key: "k" };
		redact(value);
		expect(value).toEqual({ api_key: "k" });
	});

	it("always gives what JSON can hold", () => {
		const circular: Record<string, unknown> = { name: "loop" };
		circular.self = circular;
		const value = {
			circular,
			twice: [circular.name, circular.name],
			big: 10n,
			not: Number.NaN,
			when: new Date(0),
			bytes: new Uint8Array(3),
			map: new Map([["token", "t"]]),
			set: new Set([1]),
			call() {},
			missing: undefined,
		};
		expect(redact(value)).toEqual({
			circular: { name: "loop", self: "[circular]" },
			twice: ["loop", "loop"],
			big: "10",
			not: "NaN",
			when: "1970-01-01T00:00:00.000Z",
			bytes: "[3 bytes]",
			map: { token: "[redacted]" },
			set: [1],
			call: "[function]",
		});
	});

	it("shows an object that occurs twice both times", () => {
		const shared = { a: 1 };
		expect(redact([shared, shared])).toEqual([{ a: 1 }, { a: 1 }]);
	});

	it("shows errors with their fields and causes, without secrets", () => {
		const error = Object.assign(new Error("bad", { cause: new Error("Bearer abcdefgh") }), { code: "x", token: "t" });
		expect(redact(error)).toMatchObject({
			name: "Error",
			message: "bad",
			code: "x",
			token: "[redacted]",
			cause: { message: "Bearer [redacted]" },
		});
	});

	it("survives getters that throw", () => {
		const value = {
			get broken(): string {
				throw new Error("no");
			},
		};
		expect(redact(value)).toEqual({ broken: "[unreadable]" });
	});

	it("cuts what is too deep or too large", () => {
		let deep: unknown = "end";
		for (let level = 0; level < 1000; level += 1) {
			deep = [deep];
		}
		expect(JSON.stringify(redact(deep))).toContain("[too deep]");
		expect(JSON.stringify(redact(Array.from({ length: 50_000 }, () => 1))).length).toBeLessThan(50_000);
		expect(redactText("x".repeat(200_000))).toMatch(/x… \[100000 more characters\]$/);
	});
});

describe("redaction of texts", () => {
	it.each([
		["Authorization: Bearer abc.def-ghi", "Authorization: Bearer [redacted]"],
		["Basic dXNlcjpwYXNz", "Basic [redacted]"],
		["Incorrect API key provided: sk-proj-abcdefghijklmnop.", "Incorrect API key provided: [redacted]."],
		["http://user:pass@host/path", "http://[redacted]@host/path"],
		["https://a-token-alone@host/path", "https://[redacted]@host/path"],
		["https://host/hook?a=1&access_token=abc&b=2", "https://host/hook?a=1&access_token=[redacted]&b=2"],
		["a basic idea, the bearer of news", "a basic idea, the bearer of news"],
	])("turns %j into %j", (text, safe) => {
		expect(redactText(text)).toBe(safe);
	});

	it("comes to an end with hostile texts", () => {
		for (const piece of ["Bearer ", "sk-", "://a:", "?token", "://", "&a-token-"]) {
			expect(redactText(piece.repeat(20_000))).not.toBe("");
		}
	});
});
