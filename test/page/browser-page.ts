/** Pages for a test file: one browser, a page of its own for each test, and nothing that goes wrong in one unseen. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchBrowser } from "./chromium.ts";

export interface PageOptions {
	readonly width?: number;
	readonly height?: number;
	readonly colorScheme?: "light" | "dark";
	/** Requests to the page's own server that may fail: it is stopped and started again. */
	readonly mayLoseServer?: boolean;
	/** The page itself may fail. */
	readonly mayFail?: boolean;
	/** Pages of other hosts that it may ask for, by address: this HTML stands in for them. */
	readonly elsewhere?: Readonly<Record<string, string>>;
}

/** What a browser needs on a busy machine. */
export const patience = { timeout: 30_000, interval: 25 };

/** Gives the function that opens an address. What a page logs as an error, throws, or asks another host for fails its test. */
export function browserPages(): (url: string, options?: PageOptions) => Promise<Page> {
	let browser: Browser | undefined;
	let troubles: string[] = [];
	const pages: Page[] = [];
	beforeAll(async () => {
		browser = await launchBrowser();
	}, 60_000);
	afterAll(() => browser?.close());
	afterEach(async () => {
		for (const page of pages.splice(0)) await page.close();
		const seen = troubles;
		troubles = [];
		expect(seen).toEqual([]);
	});
	return async (
		url,
		{ width = 1440, height = 900, colorScheme = "light", mayLoseServer = false, mayFail = false, elsewhere = {} } = {},
	) => {
		if (browser === undefined) throw new Error("The browser has not been started.");
		const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
		pages.push(page);
		page.setDefaultTimeout(patience.timeout);
		page.on("pageerror", (error) => {
			if (!mayFail) troubles.push(`thrown: ${error.message}`);
		});
		page.on("console", (message) => {
			// A test's server ends before its page does, which then asks for it in vain.
			const isLoss =
				message.text().includes("ERR_CONNECTION_REFUSED") || (mayLoseServer && message.text().includes("WebSocket"));
			if (message.type() !== "error" || mayFail || isLoss) return;
			troubles.push(`logged: ${message.text()}`);
		});
		page.on("request", (request) => {
			if (new URL(request.url()).host === new URL(url).host || Object.hasOwn(elsewhere, request.url())) return;
			troubles.push(`asked elsewhere: ${request.url()}`);
		});
		for (const [address, body] of Object.entries(elsewhere)) {
			await page.route(address, (route) => route.fulfill({ contentType: "text/html", body }));
		}
		await page.goto(url);
		return page;
	};
}
