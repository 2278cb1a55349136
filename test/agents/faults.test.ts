/** Whatever goes wrong on the wire, with any adapter in any mode: one error that says what, and what a retry makes of it. */
import { describe, expect, test } from "vitest";
import { type MockAnswer, startMockModel } from "../../adapters/mock-model/index.ts";
import type { AgentResult, MachineTools } from "../../runtime/agents/agent.ts";
import { errorFromAgentResult, errorNames } from "../../runtime/agents/errors.ts";
import { coerceAgentResult } from "../../runtime/agents/result.ts";
import { runMachine } from "../../runtime/machine/run-machine.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { type FaultAdapter, faultAdapters } from "./fault-adapters.ts";
import { faults, silences } from "./fault-cells.ts";
import { type FaultMode, faultModes, weather, weatherTool } from "./fault-modes.ts";

const patience = 600;
const impatience = 0.4;

/** One call without a machine. */
async function call(row: FaultAdapter, mode: FaultMode, fault: MockAnswer, seconds = patience) {
	await using model = await startMockModel({ script: [fault] });
	const reference = row.reference(row.agent(model, mode, seconds));
	const executor = await row.adapter(model).createExecutor("asked", reference, {
		configDir: process.cwd(),
		machineName: "m",
		settings: {},
	});
	const machineTools: MachineTools = {
		definitions: async () => [weatherTool],
		call: async () => ({ content: "rain", is_error: false }),
	};
	const asked = { input: {}, context: {}, stream: mode.isStream, machineTools };
	const result: AgentResult = coerceAgentResult(
		mode.asks === "tools" && !row.runsTools
			? await executor.executeWithTools?.({ ...asked, tools: [weatherTool], messages: null })
			: await executor.execute(asked),
	);
	return { result, outcomes: await Promise.all(model.requests.map(({ outcome }) => outcome)) };
}

/** A machine that tries up to four times, on a clock that waits for nothing. */
async function run(row: FaultAdapter, mode: FaultMode, script: readonly MockAnswer[], seconds = patience) {
	await using model = await startMockModel({ script });
	const machine = new FlatMachine({
		agents: [row.adapter(model)],
		tools: [weather],
		random: () => 0.5,
		config: {
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: {
				context: { got: null },
				agents: { asked: row.agent(model, mode, seconds) },
				states: {
					ask: {
						type: "initial",
						agent: "asked",
						execution: { type: "retry", backoffs: [1, 1, 1] },
						output_to_context: { got: "output" },
						transitions: [{ to: "done" }],
					},
					done: { type: "final", output: { got: "context.got" } },
				},
			},
		},
	});
	const { set, plan } = machine;
	const delays: number[] = [];
	const timeless = set.withServices({ ...set.services, sleep: async () => undefined });
	const result = await runMachine(
		timeless,
		plan.id,
		{},
		{
			stream: mode.isStream,
			onEvent: (event) => {
				if (event.type === "retry") delays.push(event.delaySeconds);
			},
		},
	);
	return { result, delays, requests: model.requests.length };
}

/** The answers that mend a fault, and what comes of them. */
function mended({ runsTools }: FaultAdapter, { asks, answer, got }: FaultMode) {
	if (asks !== "tools" || !runsTools) return { answers: [answer], got };
	return { answers: [answer, "it rains"], got: { content: "it rains" } };
}

describe.each(faultAdapters)("$name", (row) => {
	describe.each(faultModes)("$name", (mode) => {
		test.each(faults)("$name", async ({ answer, streamed, error, names, limits, delay = 1 }) => {
			const fault = mode.isStream ? (streamed ?? answer) : answer;
			const { result, outcomes } = await call(row, mode, fault);
			expect({ content: null, output: null, tool_calls: null, rate_limit: null, ...result }).toMatchObject({
				error: { message: expect.stringMatching(/\S/), ...error },
				finish_reason: "error",
				content: null,
				output: null,
				tool_calls: null,
				usage: { api_calls: 0 },
				cost: { total: 0 },
				rate_limit: limits ?? null,
			});
			expect(Object.keys(result.error ?? {}).includes("status_code")).toBe("status_code" in error);
			expect(errorNames(errorFromAgentResult(result.error ?? {}))).toEqual(expect.arrayContaining([...names]));
			// The client made one call, and none is left open.
			expect(outcomes).toEqual([fault.cut === true ? "cut" : "answered"]);

			const { answers, got } = mended(row, mode);
			const tried = await run(row, mode, [fault, ...answers]);
			if (error.retryable) {
				expect(tried.result).toMatchObject({ status: "done", output: { got }, agentCalls: answers.length });
				expect(tried).toMatchObject({ delays: [delay], requests: 1 + answers.length });
			} else {
				expect(tried.result).toMatchObject({ status: "failed", agentCalls: 0 });
				expect(errorNames(tried.result.status === "failed" ? tried.result.error : null)).toEqual(
					expect.arrayContaining([...names]),
				);
				expect(tried).toMatchObject({ delays: [], requests: 1 });
			}
		});

		test("four faults, one after the other, end in the last one's error", async () => {
			const { result, requests } = await run(row, mode, [
				{ status: 500 },
				{ content: "cut off here", cut: true },
				{ content: "malformed", malformed: true },
				{ status: 429, error: { message: "slow down" } },
			]);
			expect(result).toMatchObject({ status: "failed", agentCalls: 0, error: { name: "RetryableError" } });
			expect(String(result.error)).toContain("slow down");
			expect(requests).toBe(4);
		});
	});

	test.each(silences)("$name, in any mode, is given up when its time is over, and tried again", async ({ answer }) => {
		const script = [answer, answer, answer, answer];
		const calls = faultModes.map((mode) => call(row, mode, answer, impatience));
		const runs = faultModes.map((mode) => run(row, mode, script, impatience));
		for (const { result, outcomes } of await Promise.all(calls)) {
			expect(result).toMatchObject({ error: { code: "timeout", retryable: true }, usage: { api_calls: 0 } });
			expect(outcomes).toEqual(["abandoned"]);
		}
		for (const { result, requests } of await Promise.all(runs)) {
			expect(result).toMatchObject({ status: "failed", agentCalls: 0, error: { name: "RetryableError" } });
			expect(requests).toBe(4);
		}
	});
});
