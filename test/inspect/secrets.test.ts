/** Secrets are planted wherever a machine can have them: nothing of them may leave for a page, live, stored or Stately's. */
import { describe, expect, it } from "vitest";
import { createRedaction } from "../../src/inspect/redaction.ts";
import { startStoredInspector } from "../../src/inspect/stored-inspector.ts";
import { openStore } from "../../src/open-store.ts";
import { StoredMachines } from "../../src/stored-machine.ts";
import { isEnd, openBrowser } from "./browser.ts";
import { inspected } from "./inspected.ts";

const names = [
	"api_key",
	"apiKey",
	"Authorization",
	"proxy-authorization",
	"password",
	"db_passwd",
	"passphrase",
	"token",
	"refreshToken",
	"client_secret",
	"private_key",
	"AWS_ACCESS_KEY_ID",
	"credentials",
	"set-cookie",
];

/** What stands under these names is found nowhere else by its looks: nothing says `sk-` or `Bearer`. */
const plantOf = (name: string) => `planted<${names.indexOf(name)}>"value"`;
const planted = /planted(?:<|%3C|\\u003c)/i;

const input = Object.fromEntries(names.map((name) => [name, plantOf(name)]));
const inYaml = names.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(plantOf(name))}`).join(", ");

/** Each of them also goes into harmless places: a note, a prompt, an answer, an error, a signal, an output. */
const all = `{% for key in input %}{{ input[key] }} {% endfor %}`;
const machine = `
machines: { child: ./child.yml }
context: { note: "I know ${all}", keep: { ${inYaml} }, all: "{{ input }}" }
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { agent: w, input: { question: "What is ${all}?", raw: input }, output_to_context: { said: "{{ output.content }}" }, transitions: [{ to: fan }] }
  fan: { foreach: "{{ [1] }}", as: n, machine: child, input: { hint: "{{ context.note }}", deep: context.keep }, on_error: wait, output_to_context: { from_child: output }, transitions: [{ to: wait }] }
  wait: { wait_for: go, output_to_context: { sent: output }, transitions: [{ to: done }] }
  done: { type: final, output: { note: "{{ context.note }}", said: "{{ context.said }}", keep: context.keep } }
`;
const child = `
context: { hint: "{{ input.hint }}", deep: "{{ input.deep }}" }
states:
  start: { type: initial, agent: w, input: { hint: "{{ context.hint }}" }, output_to_context: { said: "{{ output.content }}" }, transitions: [{ to: fail }] }
  fail: { agent: w, transitions: [{ to: done }] }
  done: { type: final, output: { said: "{{ context.said }}" } }
`;

function script({ state = "" }: { readonly state?: string }) {
	const every = Object.values(input).join(" ");
	if (state === "fail") throw Object.assign(new Error(`Wrong: ${every}`), { headers: input, code: "no" });
	return { content: `You said ${every}`, rendered_user_prompt: `What is ${every}?`, metadata: { headers: input } };
}

describe("secrets under names that say so", () => {
	it("are shown nowhere, however the machine hands them on: live, late, stored, and at Stately's", async () => {
		await using store = await openStore("memory:");
		const redaction = { environment: {} };
		await using watched = await inspected(machine, {
			use: ["w"],
			files: { "child.yml": child },
			script,
			store,
			inspector: { redaction },
		});
		await using page = await openBrowser(watched.inspector.url);
		await using stately = await openBrowser(watched.inspector.statelySocketUrl, "");
		const running = watched.run(input);
		await page.when(() => page.actors().some(({ status }) => status === "waiting"));
		page.send({ type: "signal", channel: "go", data: { ...input, text: Object.values(input).join() } });
		expect(await running).toMatchObject({ status: "done" });
		await page.until(isEnd);
		await stately.when(() =>
			stately.texts.some((text) => text.includes('"status":"done"') && text.includes('"value":"done"')),
		);
		await using late = await openBrowser(watched.inspector.url);
		await late.until(isEnd);
		const options = { store, machines: new StoredMachines(store, {}), redaction: createRedaction(redaction) };
		await using stored = await startStoredInspector("run-1", options);
		await using past = await openBrowser(stored.url);
		await past.until(isEnd);
		for (const { texts } of [page, stately, late, past]) {
			expect(texts.join().length).toBeGreaterThan(1000);
			for (const text of texts)
				expect(
					planted.exec(text) && text.slice(Math.max(0, text.search(planted) - 80), text.search(planted) + 40),
				).toBeNull();
			expect(texts.join()).toContain("[redacted]");
		}
		expect(page.calls().map(({ prompt }) => prompt?.startsWith("What is [redacted]"))).toEqual([true, true, undefined]);
		expect(page.frames().length).toBeGreaterThan(5);
	});

	it("are taken from an agent's configuration, too: what a provider says of a key is shown without it", async () => {
		const data = `
agents:
  keyed:
    spec: flatagent
    data: { model: { provider: p, name: m, api_key: "planted<1>", headers: { X-Api-Key: "planted<2>" } }, user: hi }
states:
  start: { type: initial, agent: keyed, transitions: [{ to: done }] }
  done: { type: final }
`;
		await using watched = await inspected(data, {
			script: { keyed: { throw: "AuthenticationError: Incorrect API key: planted<1>, planted<2>" } },
		});
		await using page = await openBrowser(watched.inspector.url);
		await watched.run();
		expect(await page.until(isEnd)).toMatchObject({
			status: "failed",
			error: "AuthenticationError: Incorrect API key: [redacted], [redacted]",
		});
		expect(page.texts.join()).not.toMatch(planted);
	});
});

describe("what was learned to be a secret", () => {
	it("is hidden wherever it stands, in JSON within JSON and in addresses, with what else was in its place", () => {
		const redaction = createRedaction({ environment: {} });
		const secret = 'a "quoted\\ secret/1';
		redaction.learn({ deep: [{ password: secret, headers: { Authorization: "Bearer some-credential-1" } }] });
		const nested = JSON.stringify({ text: JSON.stringify({ text: `${secret} some-credential-1` }) });
		const address = `https://host/?q=${encodeURIComponent(secret)}`;
		expect(redaction.text(secret)).toBe("[redacted]");
		expect(redaction.text(address)).toBe("https://host/?q=[redacted]");
		expect(redaction.message(redaction.value({ nested }))).not.toMatch(/quoted|credential-1/);
	});

	it("leaves plain words and numbers alone: they are names of states, and stand in many texts", () => {
		const redaction = createRedaction({ environment: {} });
		redaction.learn({ authorization: "approved", secret: "Elephant in the room", token: "20260105", password: "abc1" });
		const text = "approved: Elephant in the room, 20260105, abc1";
		expect(redaction.text(text)).toBe(text);
		expect(redaction.value({ authorization: "approved" })).toEqual({ authorization: "[redacted]" });
	});

	it("is bounded in number: a run may have a new token for each call", () => {
		const redaction = createRedaction({ environment: {} });
		for (let count = 0; count < 5000; count++) {
			redaction.message(redaction.value({ token: `token-${count}-of-many`, text: `see token-${count}-of-many` }));
		}
		expect(redaction.text("token-4999-of-many token-4600-of-many")).toBe("[redacted] [redacted]");
		expect(redaction.text("token-1-of-many")).toBe("token-1-of-many");
	});
});
