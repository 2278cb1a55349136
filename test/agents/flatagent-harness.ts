/** A FlatAgent that talks to a mock model over HTTP through the real openai client. */
import { FlatAgent, type FlatAgentOptions } from "../../adapters/flatagent/index.ts";
import { type MockModel, type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";

type Data = Readonly<Record<string, unknown>>;

export interface Harness extends AsyncDisposable {
	readonly model: MockModel;
	/** Makes an agent of `data`, whose model is the mock unless it says otherwise. */
	agent(data?: Data, options?: Partial<FlatAgentOptions>): FlatAgent;
	/** The body of a request, by position. */
	body(index?: number): Data;
}

export async function harness(script: MockScript, token?: string): Promise<Harness> {
	const model = await startMockModel({ script, ...(token !== undefined && { token }) });
	return {
		model,
		agent: (data = {}, options = {}) =>
			new FlatAgent({
				config: { spec: "flatagent", data: { model: { provider: "mock", name: "small" }, ...data } },
				env: { MOCK_BASE_URL: model.url },
				...options,
			}),
		body: (index = 0) => model.requests[index]?.body ?? {},
		[Symbol.asyncDispose]: () => model.close(),
	};
}
