/** Keys of providers and webhooks that stand in files: no stored configuration has them, and it is the same without them. */
import { describe, expect, test } from "vitest";
import { compileBundle } from "../../src/compile-bundle.ts";
import { bundleOf, compiled, type Files, machineText, textOf } from "./compiled.ts";

const secret = "sk-planted-0123456789";
const other = "another-one-9876543210";

const machine = (more: string): string =>
	machineText(
		`${more}\nstates:\n  s: { agent: w, type: initial, transitions: [{ to: done }] }\n  done: { type: final }`,
	);
const plain = machine("agents: { w: ./w.yml }");
const agent = (model: string): string =>
	`spec: flatagent\nspec_version: "4.2.1"\ndata:\n  name: a\n  model:\n    provider: p\n    name: m\n${model}  user: hi\n`;
const byProfile = 'spec: flatagent\nspec_version: "4.2.1"\ndata: { name: a, model: fast, user: hi }\n';

/** Files with a key in some place. */
const places: Readonly<Record<string, (key: string) => Files>> = {
	"an agent's model": (key) => ({ "machine.yml": plain, "w.yml": agent(`    api_key: ${key} # mine\n`) }),
	quotes: (key) => ({ "machine.yml": plain, "w.yml": agent(`    api_key: "${key}"\n`) }),
	"a block of text": (key) => ({ "machine.yml": plain, "w.yml": agent(`    api_key: >-\n      ${key}\n`) }),
	JSON: (key) => ({
		"machine.yml": machine("agents: { w: ./w.json }"),
		"w.json": JSON.stringify({
			spec: "flatagent",
			spec_version: "4.2.1",
			data: { model: { api_key: key, name: "p/m" }, user: "hi" },
		}),
	}),
	"an anchor": (key) => ({
		"machine.yml": plain,
		"w.yml": agent("    api_key: *k\n").replace("data:\n", `metadata: { mine: &k ${key} }\ndata:\n`),
	}),
	"a comment, too": (key) => ({ "machine.yml": plain, "w.yml": agent(`    # not ${key}x\n    api_key: ${key}\n`) }),
	headers: (key) => ({
		"machine.yml": plain,
		"w.yml": agent(`    extra_headers: { Authorization: "Bearer ${key}", x-api-key: ${key}, X-Title: mine }\n`),
	}),
	"headers of another runtime": (key) => ({
		"machine.yml": plain,
		"w.yml": agent(`    headers: { x-secret: ${key} }\n`),
	}),
	"a profile": (key) => ({
		"machine.yml": plain,
		"w.yml": byProfile,
		"profiles.yml": `spec: flatprofile\nspec_version: "4.2.1"\ndata: { model_profiles: { fast: { provider: p, name: m, api_key: ${key} } } }\n`,
	}),
	"an agent within the machine": (key) => ({
		"machine.yml": machine(
			`agents: { w: { spec: flatagent, data: { model: { provider: p, name: m, api_key: ${key} }, user: hi } } }`,
		),
	}),
	"what an agent of another type is given": (key) => ({
		"machine.yml": machine(`agents: { w: { type: custom, config: { api_key: ${key} } } }`),
	}),
	"hooks of the machine": (key) => ({
		"machine.yml": machine(
			`lifecycle_hooks: { name: webhook, args: { endpoint: "https://host/", api_key: ${key} } }\nagents: { w: ./w.yml }`,
		),
		"w.yml": agent(""),
	}),
	"the query of an address": (key) => ({
		"machine.yml": plain,
		"w.yml": agent(`    base_url: "https://host/v1?version=2&api-key=${key}"\n`),
	}),
	"the password of an address": (key) => ({
		"machine.yml": plain,
		"w.yml": agent(`    base_url: https://me:${key}@host/v1\n`),
	}),
	"the user of an address": (key) => ({
		"machine.yml": plain,
		"w.yml": agent(`    base_url: https://${key}@host/v1\n`),
	}),
	"the path of a webhook": (key) => ({
		"machine.yml": machine(
			`lifecycle_hooks: { name: webhook, args: { url: "https://host/services/T0/${key}abcdef/x" } }\nagents: { w: ./w.yml }`,
		),
		"w.yml": agent(""),
	}),
	"the address of a store": (key) => ({
		"machine.yml": machine(
			`persistence: { backend: postgres, url: "postgres://me:${key}@host/db" }\nagents: { w: ./w.yml }`,
		),
		"w.yml": agent(""),
	}),
	"the address of a server of tools": (key) => ({
		"machine.yml": plain,
		"w.yml": agent("").replace(
			"  user: hi",
			`  mcp: { servers: { files: { server_url: "https://host/sse?token=${key}" } } }\n  user: hi`,
		),
	}),
	"hooks of a state": (key) => ({
		"machine.yml": plain.replace(
			"agent: w,",
			`agent: w, hooks: { name: webhook, args: { endpoint: "https://host/", api_key: ${key} } },`,
		),
		"w.yml": agent(""),
	}),
};

describe.each(Object.entries(places))("a key in %s", (_place, files) => {
	test("is not stored, and all else is", () => {
		const made = compiled(files(secret));
		const text = textOf(made);
		expect(text).not.toContain(secret);
		expect(JSON.stringify(Object.values(made.plan))).toContain(secret);
		expect(bundleOf(made).leavesOutKeys).toBe(true);
		expect(Object.keys(Object.fromEntries(bundleOf(made).files)).sort()).toEqual(Object.keys(files("")).sort());
	});

	test("makes no other configuration when it changes", () => {
		expect(textOf(compiled(files(other)))).toBe(textOf(compiled(files(secret))));
	});

	test("leaves a configuration that can be compiled, and stays the same", () => {
		const stored = compileBundle(textOf(compiled(files(secret))));
		expect(textOf(stored)).toBe(textOf(compiled(files(secret))));
		expect(JSON.stringify(Object.values(stored.plan))).not.toContain(secret);
	});
});

test("of an address all else is stored, and its secrets stand nowhere else", () => {
	const address = (user: string, id: string, token: string) =>
		`    base_url: "https://${user}@host:1/v1/${id}?b=${"c".repeat(30)}&token=${token}#d"\n`;
	const id = "0b4f3a5c-13c1-4f6e-9d55-a21a5bb64a5e";
	const written = `    # like ${secret}\n${address(`me:${secret}`, id, other)}`;
	const stored = `    # like left_out\n${address("left_out:left_out", "left_out", "left_out")}`;
	expect(bundleOf(compiled({ "machine.yml": plain, "w.yml": agent(written) })).files.get("w.yml")).toBe(agent(stored));
});

test.each([
	"https://host/v1",
	"https://host/openai/deployments/gpt-4o-mini-2024-07-18/chat?api-version=2024-10-21",
	"postgres://me@host/db?sslmode=require",
	"redis://host:6379/0?prefix=runs",
	`https://host/sse?token=\${TOKEN}`,
	"https://host/a/very-long-name-of-something-2024/internationalization",
	"file:///folder/a1b2c3d4e5f6a7b8c9d0",
	"Look at https://me:password@host/ and tell me",
])("an address without secrets, or a text around one, is stored as it is: %s", (address) => {
	const files = { "machine.yml": plain, "w.yml": agent(`    base_url: ${JSON.stringify(address)}\n`) };
	expect(Object.fromEntries(bundleOf(compiled(files)).files)).toEqual(files);
	expect(bundleOf(compiled(files)).leavesOutKeys).toBe(false);
});

test("a text that only looks like one is stored: data of runs, and headers that are no keys", () => {
	const files = {
		"machine.yml": machine(
			"context: { model: { api_key: data-of-the-run } }\nagents: { w: ./w.yml }\nmetadata: { api_key: a-note }",
		).replace("agent: w,", "agent: w, input: { model: { api_key: given } },"),
		"w.yml": agent("    extra_headers: { X-Title: mine }\n"),
	};
	expect(Object.fromEntries(bundleOf(compiled(files)).files)).toEqual(files);
	expect(bundleOf(compiled(files)).leavesOutKeys).toBe(false);
	const keyed = { ...files, "w.yml": agent("    extra_headers: { X-Title: mine, X-Token: t }\n") };
	expect(bundleOf(compiled(keyed)).files.get("w.yml")).toBe(
		agent('    extra_headers: { X-Title: mine, X-Token: "" }\n'),
	);
});
