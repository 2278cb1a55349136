/** Sending a signal and waking whoever dispatches. */
import { expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { sendAndNotify } from "../../runtime/signals/send-and-notify.ts";
import { noTrigger } from "../../runtime/signals/trigger-backend.ts";

it("sends first, then notifies, and gives the signal's id", async () => {
	const { signals } = openMemoryStore({ newId: () => "signal-1" });
	const seen: unknown[] = [];
	const trigger = { notify: async (channel: string) => void seen.push(channel, (await signals.peek(channel)).length) };
	expect(await sendAndNotify(signals, trigger, "go", { a: 1 })).toBe("signal-1");
	expect(seen).toEqual(["go", 1]);
	expect(await signals.peek("go")).toMatchObject([{ id: "signal-1", data: { a: 1 }, execution_id: null }]);
});

it("addresses the signal where it is told to", async () => {
	const { signals } = openMemoryStore();
	await sendAndNotify(signals, noTrigger, "go", 1, { executionId: "x" });
	expect(await signals.addressees("go")).toEqual(["x"]);
});

it("has sent the signal also where the trigger fails, and says so in the log", async () => {
	const { signals } = openMemoryStore();
	const warnings: string[] = [];
	const silent = () => {};
	const logger = { debug: silent, info: silent, error: silent, warn: (text: string) => void warnings.push(text) };
	const broken = { notify: () => Promise.reject(new Error("no pipe")) };
	const id = await sendAndNotify(signals, broken, "go", 1, { logger });
	expect(await signals.peek("go")).toMatchObject([{ id }]);
	expect(warnings).toEqual(["The signal was sent to go, but the trigger failed; it is found later"]);
});

it("notifies nobody of a signal that could not be stored", async () => {
	const { signals } = openMemoryStore();
	let calls = 0;
	const trigger = {
		async notify() {
			calls += 1;
		},
	};
	await expect(sendAndNotify(signals, trigger, "", 1)).rejects.toMatchObject({ code: "invalid_signal" });
	expect(calls).toBe(0);
});
