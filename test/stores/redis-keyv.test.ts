/** What the Redis store writes can be read with Keyv alone, and what Keyv alone wrote can be read with the store. */
import KeyvRedis from "@keyv/redis";
import { Keyv } from "keyv";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { checkpointNamespace, configNamespace } from "../../adapters/stores/redis/index.ts";
import { redisForTests } from "../servers/redis.ts";
import { bytesOf, commit, commitOf, keyOf, longText, snapshotOf } from "./contract/samples.ts";
import { redisStores } from "./redis-harness.ts";

const server = await redisForTests();

if ("reason" in server) {
	describe("a Redis store and a plain Keyv", () => {
		it.skip(`are not tested: ${server.reason}`);
	});
} else {
	afterAll(() => server.stop());
	describe("a Redis store and a plain Keyv", () => {
		const start = redisStores(server);

		function plainKeyv(url: string, namespace: string): Keyv {
			const keyv = new Keyv({ store: new KeyvRedis(url), namespace });
			onTestFinished(() => keyv.disconnect());
			return keyv;
		}

		it("agree on a committed checkpoint and the pointer to it", async () => {
			const { url, prefix, open } = start();
			const store = await open();
			const sample = { id: "a", context: { text: ":base64:aGk=", long: longText } };
			await commit(store.persistence, [commitOf(sample)]);
			const keyv = plainKeyv(url, checkpointNamespace(prefix));
			const latest = await keyv.get("a/latest");
			expect(latest).toBe(keyOf(sample));
			expect(JSON.parse(String(await keyv.get(String(latest))))).toEqual(snapshotOf(sample));
			expect(await keyv.get("a/step_000009_execute.json")).toBeUndefined();
		});

		it.each([
			["text", "{}"],
			["text with a colon first", ":base64:aGk="],
			["nothing", ""],
		])("agree on saved %s", async (_, text) => {
			const { url, prefix, open } = start();
			const store = await open();
			await store.persistence.save("a/step_000001_execute.json", bytesOf(text));
			expect(await plainKeyv(url, checkpointNamespace(prefix)).get("a/step_000001_execute.json")).toBe(text);
		});

		it("agree on bytes that are no text", async () => {
			const { url, prefix, open } = start();
			const store = await open();
			const bytes = Uint8Array.of(0, 255, 128, 10);
			await store.persistence.save("a/step_000001_execute.json", bytes);
			const read: unknown = await plainKeyv(url, checkpointNamespace(prefix)).get("a/step_000001_execute.json");
			expect(Buffer.isBuffer(read) && read.equals(bytes)).toBe(true);
		});

		it("agree on a configuration", async () => {
			const { url, prefix, open } = start();
			const store = await open();
			const hash = await store.configs.put("data: {}\n");
			expect(await plainKeyv(url, configNamespace(prefix)).get(hash)).toBe("data: {}\n");
		});

		it.each([
			["as text", (value: unknown) => JSON.stringify(value)],
			["as an object", (value: unknown) => value],
		])("agree on an execution that Keyv wrote %s", async (_, form) => {
			const { url, prefix, open } = start();
			const store = await open();
			const keyv = plainKeyv(url, checkpointNamespace(prefix));
			const sample = { id: "a", step: 4 };
			await keyv.set(keyOf(sample), form(snapshotOf(sample)));
			await keyv.set("a/latest", keyOf(sample));
			expect(await store.persistence.loadExecution("a")).toMatchObject({
				latestKey: keyOf(sample),
				summary: { execution_id: "a", step: 4, machine_name: "sample" },
			});
			const { text = "" } = (await store.persistence.loadCheckpoint(keyOf(sample))) ?? {};
			expect(JSON.parse(text)).toEqual(snapshotOf(sample));
		});

		it("name the key of a value that is not in Keyv's form", async () => {
			const { prefix, open, command } = start();
			const store = await open();
			const namespace = checkpointNamespace(prefix);
			await command("SET", `${namespace}::${namespace}:a/latest`, "{ cut");
			await expect(store.persistence.load("a/latest")).rejects.toMatchObject({
				code: "store_corrupt",
				message: expect.stringContaining("a/latest"),
			});
		});
	});
}
