/** The table of providers has those of the code, with the variable of each key. */
import { expect, it } from "vitest";
import { knownProviders } from "../../adapters/flatagent/index.ts";
import { resolveEndpoint } from "../../adapters/flatagent/providers.ts";
import { pageText } from "./page.ts";

const section = pageText("docs/agents.md").split("\n## Providers\n")[1]?.split("\n## ")[0] ?? "";
const rows = [...section.matchAll(/^\|\s*`([^`]+)`\s*\|\s*([^|]+?)\s*\|\s*`([^`]+)`\s*\|$/gm)];

it("has every provider", () => {
	expect(rows.map(([, name]) => name)).toEqual(knownProviders());
});

it.each(rows.map(([, name = "", key = "", address = ""]) => ({ name, key, address })))(
	"$name has the key and address that are called",
	({ name, key, address }) => {
		const variable = key.replaceAll("`", "");
		const environment = {
			...(variable !== "none" && { [variable]: "secret" }),
			...(/^[A-Z_]+$/.test(address) && { [address]: "http://127.0.0.1:1/v1" }),
		};
		const endpoint = resolveEndpoint({ provider: name, name: "m", baseUrl: null, apiKey: null }, environment);
		expect(endpoint.apiKey).toBe(variable === "none" ? null : "secret");
		expect(endpoint.baseUrl).toBe(/^[A-Z_]+$/.test(address) ? "http://127.0.0.1:1/v1" : address);
	},
);
