/** Who listens hears of signals soon after they were sent. */
import { describe, expect, it } from "vitest";
import { type StoreOpener, storesOf } from "./opener.ts";

export function subscriptionContract(name: string, opener: StoreOpener): void {
	describe(`${name}: subscriptions to signals`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other } = await openStores();
			return { signals: store.signals, other: other.signals };
		}

		it("calls who listens after a signal was sent, and no more once that is stopped", async () => {
			const { signals, other } = await open();
			const heard = hearing();
			const stop = await signals.subscribe(heard.listener);
			await signals.send("own 🎉", 1);
			await heard.until("own 🎉");
			expect(signals.notifies).toBe(opener.abilities.notifiesAcrossStores);
			if (signals.notifies) {
				await other.send("from another", 1);
				await heard.until("from another");
			}
			await stop();
			await stop();
			const last = hearing();
			const stopLast = await signals.subscribe(last.listener);
			await signals.send("later", 1);
			await last.until("later");
			await stopLast();
			expect(heard.channels).not.toContain("later");
		});

		it("warns of what a listener throws, and neither the sender nor other listeners notice", async () => {
			const { signals } = await open();
			const warned = new Promise<Error>((resolve) => {
				process.once("warning", resolve);
			});
			const stopBad = await signals.subscribe(() => {
				throw new Error("a listener's mistake");
			});
			const heard = hearing();
			const stop = await signals.subscribe(heard.listener);
			await expect(signals.send("go", 1)).resolves.toEqual(expect.any(String));
			await heard.until("go");
			expect((await warned).message).toBe("a listener's mistake");
			await signals.send("next", 1);
			await heard.until("next");
			await stopBad();
			await stop();
		});
	});
}

/** A listener, the channels that it heard of, and a promise for the next. */
function hearing() {
	const channels: string[] = [];
	let wake = () => {};
	return {
		channels,
		listener(channel: string): void {
			channels.push(channel);
			wake();
		},
		async until(channel: string): Promise<void> {
			while (!channels.includes(channel)) {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		},
	};
}
