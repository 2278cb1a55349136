/** A machine full of keys, and a provider and a webhook that repeat all that they are sent. */
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

/** Everywhere that a key can stand. Each begins alike, so that one search finds them all. */
const mark = "plantED7";
export const keys = {
	environment: `${mark}env-aa1b2c3d4e5f`,
	profile: `${mark}profile-bb1b2c3d4e5f`,
	header: `${mark}header-cc1b2c3d4e5f`,
	bearer: `${mark}bearer-dd1b2c3d4e5f`,
	user: `${mark}user-ee1b2c3d4e5f`,
	password: `${mark}password-ff1b2c3d4e5f`,
	query: `${mark}query-gg1b2c3d4e5f`,
	hookPath: `${mark}hookpathhh1b2c3d4e5f`,
	hookQuery: `${mark}hookquery-ii1b2c3d4e5f`,
	hookKey: `${mark}hookkey-jj1b2c3d4e5f`,
	hookPassword: `${mark}hookpassword-kk1b2c3d4e5f`,
};

/** The forms in which a key may be written: as it is, and within the Basic credentials that it makes. */
const forms = [
	mark,
	Buffer.from(mark).toString("hex"),
	...Object.values(keys).map((key) => Buffer.from(key).toString("base64").slice(0, 24)),
	Buffer.from(`${keys.user}:${keys.password}`).toString("base64").slice(0, 24),
	Buffer.from(`me:${keys.hookPassword}`).toString("base64").slice(0, 24),
];

/** What stands around the first key in a text; null where there is none. */
export function findKey(text: string): string | null {
	const places = forms.map((form) => text.toLowerCase().indexOf(form.toLowerCase())).filter((place) => place >= 0);
	const first = Math.min(...places);
	return places.length === 0 ? null : text.slice(Math.max(0, first - 120), first + 60);
}

export interface Telltale extends AsyncDisposable {
	readonly url: string;
	/** All that was sent to it, by path: that the keys were used at all. */
	readonly sent: readonly string[];
	/** Bodies of OpenTelemetry's exporters. */
	readonly exported: readonly string[];
}

/** All that a request had in it, as a text. */
function told({ url, headers }: IncomingMessage): string {
	const { authorization = "" } = headers;
	const decoded = authorization.startsWith("Basic ") ? Buffer.from(authorization.slice(6), "base64").toString() : "";
	return `${url} ${JSON.stringify(headers)} ${decoded} ${String(headers["x-api-key"])} ${authorization.split(" ")[1]}`;
}

/** A provider, webhook and collector that repeats what it is sent: in errors, headers, bodies that are no JSON, streams. */
export async function startTelltale(): Promise<Telltale> {
	const sent: string[] = [];
	const exported: string[] = [];
	const server = createServer(async (request, response) => {
		const body = await text(request);
		if (request.url?.startsWith("/otlp") === true) {
			exported.push(body);
			response.writeHead(200, { "content-type": "application/json" }).end("{}");
			return;
		}
		const all = told(request);
		sent.push(all);
		response.setHeader("x-request-id", all);
		response.setHeader("x-ratelimit-note", all);
		response.setHeader("set-cookie", `key=${encodeURIComponent(all)}`);
		if (request.url?.startsWith("/hook") === true) {
			response.writeHead(500).end(all);
			return;
		}
		response.setHeader("content-type", "application/json");
		if (body.includes("be kind")) {
			const message = { role: "assistant", content: "fine" };
			const isStream = body.includes('"stream":true');
			const choice = { index: 0, [isStream ? "delta" : "message"]: message, finish_reason: "stop" };
			if (isStream) response.setHeader("content-type", "text/event-stream");
			response.end(`${isStream ? "data: " : ""}${JSON.stringify({ choices: [choice] })}\n\n`);
		} else if (body.includes("be broken")) {
			response.end(all);
		} else if (body.includes("be brief")) {
			response.end(request.headers["x-api-key"] ?? request.headers.authorization?.split(" ")[1]);
		} else if (body.includes("be good")) {
			response.end(JSON.stringify({ error: { message: all, code: 500 } }));
		} else {
			response.writeHead(401).end(JSON.stringify({ error: { message: all, code: all, type: all, param: all } }));
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const port = typeof address === "object" && address !== null ? address.port : 0;
	return {
		url: `http://127.0.0.1:${port}`,
		sent,
		exported,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

const moods = ["kind", "rude", "broken", "brief", "good"];
const ways = ["byenvironment", "byprofile", "byheader", "byaddress"];

/** The machine, its profiles and its agents: each way to have a key is asked in each mood. The last state fails. */
export function plantedFiles(url: string): Readonly<Record<string, string>> {
	const host = url.replace("http://", "");
	const models: Readonly<Record<string, string>> = {
		byenvironment: "{ provider: openai, name: m }",
		byprofile: "{ profile: keyed }",
		byheader: `{ provider: mock, name: m, base_url: "${url}/v1", extra_headers: { Authorization: "Bearer ${keys.bearer}", X-Api-Key: ${keys.header} } }`,
		byaddress: `{ provider: mock, name: m, base_url: "http://${keys.user}:${keys.password}@${host}/v1?api_key=${keys.query}" }`,
	};
	const agents = ways.flatMap((way) => moods.map((mood) => [way, mood] as const));
	const states = agents.map(
		([way, mood], index) => `
    s${index}:
      ${index === 0 ? "type: initial" : ""}
      agent: ${way}${mood}
      ${mood === "kind" ? "" : `on_error: s${index + 1}`}
      execution: { type: retry, backoffs: [0.001], jitter: 0 }
      output_to_context: { said: output }
      transitions: [{ to: s${index + 1} }]`,
	);
	return {
		"machine.yml": `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: planted
  context: { said: null }
  lifecycle_hooks:
    - { name: webhook, args: { url: "http://me:${keys.hookPassword}@${host}/hook/${keys.hookPath}?token=${keys.hookQuery}" } }
    - { name: webhook, args: { url: "${url}/hook/two", api_key: ${keys.hookKey} } }
  agents:${agents.map(([way, mood]) => `\n    ${way}${mood}: ./${way}${mood}.yml`).join("")}
  states:${states.join("")}
    s${agents.length}: { agent: byprofilerude, transitions: [{ to: end }] }
    end: { type: final, output: { said: context.said } }
`,
		"profiles.yml": `
spec: flatprofile
spec_version: "4.2.1"
data: { model_profiles: { keyed: { provider: mock, name: m, base_url: "${url}/v1", api_key: ${keys.profile} } } }
`,
		...Object.fromEntries(
			agents.map(([way, mood]) => [
				`${way}${mood}.yml`,
				`spec: flatagent\nspec_version: "4.2.1"\ndata: { name: ${way}${mood}, model: ${models[way]}, user: be ${mood} }\n`,
			]),
		),
	};
}
