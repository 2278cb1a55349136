/** Debian's Chromium for browser tests, and where its pictures go. */
import { existsSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";

const program = "/usr/bin/chromium";

/**
 * @returns why there is no browser; undefined where there is one
 * @throws Error instead where `CI` is set: there the tests must run
 */
export function whyNoBrowser(): string | undefined {
	if (existsSync(program)) return undefined;
	const reason = `there is no ${program}: install Debian's chromium`;
	const { CI: ci } = process.env;
	if (ci !== undefined && ci !== "") throw new Error(reason);
	return reason;
}

/** It speaks to nobody but the pages that a test opens. */
export function launchBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: program,
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
		],
	});
}

const pictures = resolve(import.meta.dirname, "../output/page");

/** In a folder that git ignores. */
export function pictureFile(name: string): string {
	mkdirSync(pictures, { recursive: true });
	return resolve(pictures, `${name}.png`);
}
