/** A page around Stately's own inspector, which comes from stately.ai: it hands the run's events on to it. */
import { createHash } from "node:crypto";
import type { Access } from "./access.ts";
import type { MadePage } from "./local-server.ts";

export const statelyPath = { page: "/stately", socket: "/stately/socket" } as const;

const origin = "https://stately.ai";

/** Events wait until the inspector says that it is there; nobody else is listened to, or told. */
const script = `
const frame = document.querySelector("iframe");
const waiting = [];
let isConnected = false;
const hand = (event) => frame.contentWindow.postMessage(event, "${origin}");
addEventListener("message", ({ origin, source, data }) => {
	if (origin !== "${origin}" || source !== frame.contentWindow || data?.type !== "@statelyai.connected") return;
	isConnected = true;
	for (const event of waiting.splice(0)) hand(event);
});
const address = new URL("${statelyPath.socket}", location.href);
address.protocol = "ws:";
address.search = location.search;
new WebSocket(address).onmessage = ({ data }) => {
	const event = JSON.parse(data);
	if (isConnected) hand(event);
	else waiting.push(event);
};
`;

const style = "html, body, iframe { margin: 0; border: 0; width: 100%; height: 100%; display: block }";

/** It runs as the site that it is, and cannot take the reader elsewhere. */
const allowed = "allow-scripts allow-same-origin allow-forms allow-popups allow-downloads";

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Stately inspector</title>
<style>${style}</style>
</head>
<body>
<iframe src="${origin}/inspect" title="Stately inspector" sandbox="${allowed}" referrerpolicy="no-referrer"></iframe>
<script>${script}</script>
</body>
</html>
`;

/** The page, with a policy that lets it load Stately's inspector and nothing else. */
export function statelyPage({ port }: Access): MadePage {
	const contentSecurityPolicy = [
		"default-src 'none'",
		`script-src '${hashOf(script)}'`,
		`style-src '${hashOf(style)}'`,
		`frame-src ${origin}`,
		`connect-src ws://127.0.0.1:${port} ws://localhost:${port}`,
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	].join("; ");
	return { html, contentSecurityPolicy };
}

function hashOf(text: string): string {
	return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
