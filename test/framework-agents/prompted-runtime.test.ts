/** A flatagent whose profile names another runtime is answered by it, with the document's prompts. */
import { expect, it } from "vitest";
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { FlatMachine } from "../../src/flat-machine.ts";

it("hands the rendered prompts to the runtime that the profile names", async () => {
	const calls: unknown[] = [];
	const runtime: AgentAdapter = {
		typeName: "claude-code",
		createExecutor: (_name, { config }) => ({
			execute: ({ prompts }) => {
				calls.push({ config, prompts });
				return { output: { result: "Done" } };
			},
		}),
	};
	const machine = new FlatMachine({
		config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { said: null }
  profiles: { spec: flatprofile, data: { model_profiles: { coder: { type: claude-code, effort: low } } } }
  agents:
    coder:
      spec: flatagent
      spec_version: "4.2.1"
      data: { profile: coder, prompt: { system: "Be terse.", user: "Mend {{ input.file }}." } }
  states:
    code:
      type: initial
      agent: coder
      input: { file: a.ts }
      output_to_context: { said: output.result }
      transitions: [{ to: done }]
    done: { type: final, output: { said: context.said } }
`,
		agents: [runtime],
	});
	expect(await machine.execute()).toEqual({ said: "Done" });
	expect(calls).toEqual([{ config: { effort: "low" }, prompts: { system: "Be terse.", user: "Mend a.ts." } }]);
});
