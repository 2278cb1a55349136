/** The parts of the page, found as a reader with a screen reader finds them. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { patience } from "./browser-page.ts";

export const runStatus = (page: Page): Locator => page.getByTestId("run-status");
export const actorTree = (page: Page): Locator => page.getByRole("tree", { name: "Actors" });
export const actorRow = (page: Page, name: string): Locator =>
	actorTree(page).getByRole("treeitem").filter({ hasText: name });
export const context = (page: Page): Locator => page.getByRole("tree", { name: "Context" });
export const result = (page: Page): Locator => page.getByRole("region", { name: "Result" });
export const slider = (page: Page): Locator => page.getByRole("slider", { name: "Step" });
export const totals = (page: Page): Locator => page.locator("dl[aria-label=Totals]");
export const button = (page: Page, name: string | RegExp): Locator => page.getByRole("button", { name, exact: true });

/** The names of the lit states, in the order of the diagram. */
export function litStates(page: Page): Promise<string[]> {
	return page.locator(".state-box.current > .label").allInnerTexts();
}

/** Waits until it is so. */
export function eventually<T>(look: () => T | Promise<T>) {
	return expect.poll(look, patience);
}
