import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secretsOf } from "../../runtime/logging/known-secrets.ts";
import { createRedaction } from "../../src/inspect/redaction.ts";
import { isEnd, openBrowser } from "./browser.ts";
import { inspected } from "./inspected.ts";

/** Like keys of providers, and like what people choose: with quotes, spaces, signs of every kind. */
const secretText = fc
	.oneof(
		fc.string({ minLength: 8, maxLength: 40 }),
		fc.string({ minLength: 8, maxLength: 40, unit: "grapheme" }),
		fc.constantFrom('quo"te\\d secret', "sp ace & percent %41", "line\nbreak key", "(a+b)*[c]{d}|^$.?"),
	)
	// Digits alone may be any number; what JSON itself has in every message is no secret.
	.filter((secret) => !/^\d*$/.test(secret) && !/^["\\,:{}[\]\s]*$/.test(secret));

const anyJson = fc.jsonValue({ maxDepth: 3 });

/** JSON with the secret somewhere in it: as a value, within a text, as a key, within JSON that is a text. */
function planted(secret: string): fc.Arbitrary<unknown> {
	const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
		leaf: fc.constantFrom<unknown>(
			secret,
			`before${secret}after`,
			{ [secret]: 1 },
			{ [`x-${secret}`]: { deep: true } },
			JSON.stringify({ nested: secret }),
			`https://host/?q=${encodeURIComponent(secret)}`,
			new Error(secret),
			new Map([[secret, [secret]]]),
		),
		tree: fc.oneof(
			{ maxDepth: 4 },
			tie("leaf"),
			fc.tuple(anyJson, tie("tree")).map(([other, leaf]) => [other, leaf]),
			fc.tuple(fc.string(), anyJson, tie("tree")).map(([key, other, leaf]) => ({ other, [key]: leaf })),
		),
	}));
	return tree;
}

describe("the inspector's redaction", () => {
	it("never shows a known secret, wherever it stands", () => {
		fc.assert(
			fc.property(
				secretText.chain((secret) => fc.tuple(fc.constant(secret), planted(secret))),
				([secret, value]) => {
					const redaction = createRedaction({ environment: { MY_API_KEY: secret } });
					for (const shown of [redaction.value(value), redaction.named(value)]) {
						const text = redaction.message({ type: "frame", shown });
						expect(text).not.toContain(secret);
						expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
						expect(text).not.toContain(encodeURIComponent(secret));
						expect(() => JSON.parse(text)).not.toThrow();
					}
				},
			),
		);
	});

	it("never shows what stands under a key that is named like a secret", () => {
		fc.assert(
			fc.property(
				anyJson,
				fc.constantFrom("api_key", "Authorization", "accessToken", "PASSWORD", "client-secret"),
				(value, key) => {
					const redaction = createRedaction({ environment: {} });
					const shown = redaction.value({ list: [value, { [key]: "hush-hush", nested: { [key]: ["hush-hush"] } }] });
					expect(JSON.stringify(shown)).not.toContain("hush-hush");
				},
			),
		);
	});

	it("leaves what is no secret as it is", () => {
		fc.assert(
			fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: fc.constantFrom("a", "b", "c") }), (value) => {
				const redaction = createRedaction({ environment: { MY_TOKEN: "not in there" } });
				expect(JSON.parse(redaction.message(redaction.value(value) ?? null))).toEqual(
					value === undefined ? null : JSON.parse(JSON.stringify(value)),
				);
			}),
		);
	});

	it("takes values of the environment whose names are those of secrets, and passwords in addresses", () => {
		const found = secretsOf({
			OPENAI_API_KEY: "sk-very-long",
			GITHUB_TOKEN: "ghp_123456",
			DATABASE_URL: "postgres://me:pass%40word@host/db",
			PATH: "/usr/bin:/bin",
			SHORT_TOKEN: "abc",
		});
		expect(found).toEqual(["sk-very-long", "ghp_123456", "pass%40word", "pass@word"]);
	});

	it("cuts long texts and says how much is missing", () => {
		const redaction = createRedaction({ environment: {}, maxText: 10 });
		expect(redaction.value({ text: "0123456789abc" })).toEqual({ text: "0123456789… [3 more characters]" });
	});

	it("hides a secret before it cuts, so that no part of it is left", () => {
		const redaction = createRedaction({ environment: {}, secrets: ["abcdefgh"], maxText: 12 });
		expect(redaction.text("01234567abcdefgh and more")).not.toContain("abc");
	});

	it("shows names of states that sound like secrets", () => {
		const redaction = createRedaction({ environment: {} });
		const definition = { states: { ask_password: { invoke: { src: "agent:token" } } } };
		expect(redaction.named(definition)).toEqual(definition);
	});
});

const machine = `
context: { note: "key {{ input.key }}", keep: { api_key: "{{ input.password }}" }, in_yaml: "planted-in-the-yaml" }
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { agent: w, input: { question: "{{ context.note }}", password: "{{ input.password }}" }, on_error: rescue, output_to_context: { said: "{{ output.content }}" }, transitions: [{ to: wait }] }
  rescue: { transitions: [{ to: wait }] }
  wait: { wait_for: "{{ 'go' }}", output_to_context: { sent: "{{ output }}" }, transitions: [{ condition: "context.note == 'planted-in-the-yaml'", to: done }, { to: done }] }
  done: { type: final, output: { note: "{{ context.note }}", said: "{{ context.said }}" } }
`;

describe("a run full of secrets", () => {
	it.each([
		["an answer", { w: { content: "I know PLANTED-1234", rendered_user_prompt: "Tell PLANTED-1234" } }],
		["an error", { w: { throw: "TypeError: PLANTED-1234 is wrong" } }],
	])("shows none of them, in %s, to the page or to Stately", async (_, script) => {
		await using watched = await inspected(machine, {
			use: ["w"],
			script,
			inspector: { redaction: { environment: { SOME_TOKEN: "PLANTED-1234" }, secrets: ["planted-in-the-yaml"] } },
		});
		const { inspector } = watched;
		await using page = await openBrowser(inspector.url);
		await using stately = await openBrowser(inspector.statelySocketUrl, "");
		const running = watched.run({ key: "PLANTED-1234", password: "UNKNOWN-BUT-NAMED" });
		await page.when(() => page.actors().some(({ status }) => status === "waiting"));
		page.send({ type: "signal", channel: "go", data: { token: "UNKNOWN-BUT-NAMED", text: "PLANTED-1234" } });
		await running;
		await page.until(isEnd);
		await stately.when(() => stately.texts.some((text) => text.includes('"status":"done"') && text.includes("x:")));
		await using late = await openBrowser(inspector.url);
		await late.until(isEnd);
		for (const text of [...page.texts, ...stately.texts, ...late.texts]) {
			expect(text).not.toMatch(/PLANTED-1234|UNKNOWN-BUT-NAMED|planted-in-the-yaml/);
		}
		expect(page.texts.join()).toContain("[redacted]");
		expect(stately.texts.join()).toContain("[redacted]");
	});
});
