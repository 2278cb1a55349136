/** Real runs in a real browser: the built command with its inspector. Pictures are in `test/output/page`. */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { flatstate } from "../cli/built-command.ts";
import { browserPages, patience } from "./browser-page.ts";
import { pictureFile, whyNoBrowser } from "./chromium.ts";
import { InspectedCommand } from "./inspected-command.ts";
import { actorTree, button, context, eventually, litStates, result, runStatus, slider } from "./page-view.ts";

const examples = resolve(import.meta.dirname, "../../examples");
const reason = whyNoBrowser();

const square = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: square
  context: { number: input.number }
  states:
    look:
      type: initial
      transitions: [{ to: done }]
    done:
      type: final
      output: { square: "{{ context.number * context.number }}" }
`;
const squares = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: squares
  context: { numbers: input.numbers, squares: null }
  machines: { square: ./square.yml }
  states:
    each:
      type: initial
      foreach: context.numbers
      as: number
      machine: square
      input: { number: number }
      output_to_context: { squares: output }
      transitions: [{ to: done }]
    done:
      type: final
      output: { squares: context.squares }
`;

describe.skipIf(reason !== undefined)(
	`a run in Chromium${reason === undefined ? "" : ` (skipped: ${reason})`}`,
	{ timeout: 2 * patience.timeout },
	() => {
		const open = browserPages();

		it.each([
			[1280, 800],
			[700, 900],
		])(
			"shows the parallelism example from its first effect to its output, in %i × %i pixels",
			async (width, height) => {
				const stops = [{ city: "Porto" }, { city: "Oslo", wish: "swimming" }, { city: "Graz" }];
				await using command = await InspectedCommand.start([
					"run",
					resolve(examples, "parallelism/config/foreach.yml"),
					...["--mock", resolve(examples, "parallelism/model.yml"), "--input", JSON.stringify({ stops })],
					...["--inspect", "--inspect-pause", "--inspect-until", "interrupt"],
				]);
				const page = await open(command.url, { width, height, mayLoseServer: true });
				await eventually(() => runStatus(page).innerText()).toBe("Paused");
				await eventually(() => litStates(page)).toEqual(["ask_for_each_stop"]);
				await button(page, "Step").click();
				await eventually(() => litStates(page)).toContain("ask");
				await page.screenshot({ path: pictureFile(`run-paused-${width}`) });
				await button(page, "Continue").click();
				await eventually(() => runStatus(page).innerText()).toBe("Done");
				await eventually(() => litStates(page)).toEqual(["done"]);
				await eventually(() => result(page).innerText()).toContain("Jump into the fjord at Sørenga");
				const machines = actorTree(page).locator("[aria-level='2']");
				await eventually(() => machines.count()).toBe(3);
				expect(await machines.locator(".name").allInnerTexts()).toEqual(["item.Porto", "item.Oslo", "item.Graz"]);
				await machines.nth(1).click();
				await eventually(() => context(page).innerText()).toContain("Oslo");
				expect(await litStates(page)).toEqual(["done"]);
				await page.screenshot({ path: pictureFile(`run-done-${width}`) });
				const { code, stdout } = await command.interrupt();
				expect(JSON.parse(stdout)).toMatchObject({
					tips: { Oslo: { tip: "Jump into the fjord at Sørenga, all year round." } },
				});
				expect(code).toBe(0);
			},
		);

		it("sends the signal that a waiting machine needs, and sees it end", async () => {
			await using folder = await temporaryFolder();
			const input = { paper: "On Kettles", sections: [{ title: "Method", text: "We boiled many." }] };
			await using command = await InspectedCommand.start([
				"run",
				resolve(examples, "durable-review/config/review.yml"),
				...["--mock", resolve(examples, "durable-review/model.yml"), "--input", JSON.stringify(input)],
				...["--store", `file:${folder.path}`, "--inspect", "--inspect-until", "interrupt"],
			]);
			const page = await open(command.url, { mayLoseServer: true });
			await eventually(() => runStatus(page).innerText()).toBe("Waiting");
			await eventually(() => litStates(page)).toEqual(["ask"]);
			await eventually(() => result(page).innerText()).toContain("approval/On Kettles");
			await result(page).getByRole("button", { name: "Send signal" }).click();
			await page.getByRole("dialog").getByLabel("Data").fill('{ "approved": true, "by": "Ms Okafor" }');
			await button(page, "Send").click();
			await eventually(() => runStatus(page).innerText()).toBe("Done");
			await eventually(() => litStates(page)).toEqual(["sent"]);
			await eventually(() => result(page).innerText()).toContain("Ms Okafor");
			await page.screenshot({ path: pictureFile("run-signalled") });
			const { stdout } = await command.interrupt();
			expect(JSON.parse(stdout)).toMatchObject({ approved_by: "Ms Okafor" });
		});

		it("shows a foreach of 1,000 children while it runs and when it is done", async () => {
			await using folder = await temporaryFolder();
			await writeFile(join(folder.path, "square.yml"), square);
			await writeFile(join(folder.path, "squares.yml"), squares);
			const numbers = Array.from({ length: 1000 }, (_, number) => number);
			await using command = await InspectedCommand.start([
				...["run", join(folder.path, "squares.yml"), "--input", JSON.stringify({ numbers })],
				...["--inspect", "--inspect-pause", "--inspect-until", "interrupt"],
			]);
			const page = await open(command.url, { mayLoseServer: true });
			await eventually(() => runStatus(page).innerText()).toBe("Paused");
			await button(page, "Continue").click();
			await eventually(() => runStatus(page).innerText()).toBe("Done");
			const count = page.getByRole("region", { name: "Actors" }).locator(".panel-head .count");
			await eventually(() => count.innerText()).toBe("1,001");
			await eventually(() => page.locator(".row").count()).toBeLessThan(200);
			await actorTree(page).focus();
			await page.keyboard.press("End");
			await eventually(() => context(page).innerText()).toMatch(/number\s*:?\s*999/);
			await page.screenshot({ path: pictureFile("run-thousand") });
			const { stdout } = await command.interrupt();
			expect(JSON.parse(stdout)).toMatchObject({ squares: { length: 1000 } });
		});

		it("shows a stored execution step by step", async () => {
			await using folder = await temporaryFolder();
			const store = `file:${folder.path}`;
			const stops = [{ city: "Porto" }, { city: "Oslo", wish: "swimming" }];
			const ran = await flatstate([
				"run",
				resolve(examples, "parallelism/config/foreach.yml"),
				...["--mock", resolve(examples, "parallelism/model.yml"), "--input", JSON.stringify({ stops })],
				...["--store", store, "--id", "trip"],
			]);
			expect(ran.code, ran.stderr).toBe(0);
			await using command = await InspectedCommand.start(["inspect", "trip", "--store", store]);
			const page = await open(command.url, { mayLoseServer: true });
			await eventually(() => runStatus(page).innerText()).toBe("Done");
			await eventually(() => litStates(page)).toEqual(["done"]);
			await slider(page).fill("0");
			await eventually(() => litStates(page)).toContain("ask_for_each_stop");
			await eventually(() => context(page).innerText()).toMatch(/tips\s+null/);
			await page.screenshot({ path: pictureFile("stored") });
			await button(page, "Latest").click();
			await eventually(() => context(page).innerText()).toContain("Sørenga");
			const calls = page.getByRole("listbox", { name: "Agent calls" });
			await eventually(() => calls.getByRole("option").count()).toBe(2);
			const children = actorTree(page).locator("[aria-level='2']");
			await eventually(() => children.count()).toBe(2);
			for (const [place, city] of ["Porto", "Oslo"].entries()) {
				await children.nth(place).click();
				await eventually(() => children.nth(place).locator(".name").innerText()).toBe(`item.${city}`);
				await eventually(() => context(page).innerText()).toMatch(new RegExp(`city\\s*:?\\s*${city}`));
			}
			await page.screenshot({ path: pictureFile("stored-child") });
			await command.interrupt();
		});
	},
);
