/** What traces are told of one request of a flatagent. */
import { ownString } from "../../compiler/document/plain-data.ts";
import type { ModelAnswerInfo, ModelCallEnds, ModelRequestInfo } from "../../runtime/agents/model-call.ts";
import type { KnownSecrets } from "../../runtime/logging/known-secrets.ts";
import type { Completion } from "./completion.ts";
import type { Mapping } from "./definition.ts";
import { errorInfoOf } from "./errors.ts";
import type { Endpoint } from "./providers.ts";

/** @param body of the request */
export function requestInfo({ provider, model, baseUrl }: Endpoint, body: Mapping): ModelRequestInfo {
	const { messages: _, tools: __, model: ___, response_format, ...parameters } = body;
	return {
		provider,
		model,
		...(baseUrl !== "" && { address: baseUrl }),
		wantsJson: response_format !== undefined,
		parameters,
	};
}

/** @param secrets what the provider was sent and may repeat */
export function requestEnds(
	secrets: KnownSecrets,
): ModelCallEnds<{ readonly data: unknown; readonly completion: Completion }> {
	return {
		answered: ({ data, completion: { finishReason, usage } }): ModelAnswerInfo => {
			const [id, model] = [ownString(data, "id"), ownString(data, "model")];
			return { ...(id !== undefined && { id }), ...(model !== undefined && { model }), finishReason, usage };
		},
		failed: (error) => errorInfoOf(error, secrets),
	};
}
