/** The page around Stately's inspector hands the run on to it, and to nobody else. A page of ours stands in for theirs. */
import { describe, expect, it } from "vitest";
import { inspected } from "../inspect/inspected.ts";
import { browserPages, patience } from "./browser-page.ts";
import { whyNoBrowser } from "./chromium.ts";
import { eventually } from "./page-view.ts";

const reason = whyNoBrowser();

/** Says that it is there, as Stately's does, and writes down what it is told. */
const standIn = `<!doctype html><ol></ol><p></p><script>
addEventListener("message", ({ data, origin }) => {
	const item = document.createElement("li");
	item.textContent = data.type + " " + new URL(origin).hostname;
	document.querySelector("ol").append(item);
});
document.querySelector("p").textContent = "referrer: " + document.referrer;
parent.postMessage({ type: "@statelyai.connected" }, "*");
</script>`;

const data = `
states:
  start: { type: initial, agent: w, transitions: [{ to: done }] }
  done: { type: final }
`;

describe.skipIf(reason !== undefined)(
	`Stately's page in Chromium${reason === undefined ? "" : ` (skipped: ${reason})`}`,
	{ timeout: 2 * patience.timeout },
	() => {
		const open = browserPages();

		it("tells the inspector all of a run, and not where it comes from", async () => {
			await using watched = await inspected(data, { use: ["w"], script: { w: "x" } });
			await watched.run();
			const page = await open(watched.inspector.statelyUrl, {
				elsewhere: { "https://stately.ai/inspect": standIn },
				mayLoseServer: true,
			});
			const inside = page.frameLocator("iframe");
			const told = inside.locator("li");
			await eventually(async () =>
				(await told.allInnerTexts()).some((text) => text.startsWith("@xstate.snapshot")),
			).toBe(true);
			expect((await told.allInnerTexts())[0]).toBe("@xstate.actor 127.0.0.1");
			expect(await inside.locator("p").innerText()).toBe("referrer:");
		});
	},
);
