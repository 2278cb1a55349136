/** What a run reports while it goes on, for progress lines and logs. */
import type { PauseRequest } from "../../compiler/xstate/pause.ts";

import type { KeyResultVerdict } from "./attempts/verdict.ts";

export type RunEvent =
	| {
			readonly type: "state";
			readonly executionId: string;
			readonly machine: string;
			readonly state: string;
			readonly step: number;
	  }
	| { readonly type: "agent_start"; readonly executionId: string; readonly state: string; readonly agent: string }
	| {
			readonly type: "agent_end";
			readonly executionId: string;
			readonly state: string;
			readonly agent: string;
			readonly calls: number;
			/** US dollars. */
			readonly cost: number;
			readonly error?: string;
	  }
	| {
			readonly type: "agent_stream";
			readonly executionId: string;
			readonly state: string;
			readonly agent: string;
			/** A piece of the answer, as the agent's adapter gives it. */
			readonly event: unknown;
	  }
	| {
			/** A tool loop calls a tool. */
			readonly type: "tool_start";
			readonly executionId: string;
			readonly state: string;
			readonly agent: string;
			readonly tool: string;
			readonly callId: string;
	  }
	| {
			readonly type: "tool_end";
			readonly executionId: string;
			readonly state: string;
			readonly agent: string;
			readonly tool: string;
			readonly callId: string;
			/** Whether the model was told of an error. */
			readonly isError: boolean;
	  }
	| {
			/** A state pauses in the middle of its work until an answer comes as a signal; and: the answer is there. */
			readonly type: "pause" | "answer";
			readonly executionId: string;
			readonly state: string;
			readonly channel: string;
			readonly request: PauseRequest;
	  }
	| {
			readonly type: "retry";
			readonly executionId: string;
			readonly state: string;
			readonly attempt: number;
			readonly delaySeconds: number;
			readonly error: string;
	  }
	| {
			/** An attempt at a state's key results has ended: they hold, or the state is tried again or fails. */
			readonly type: "attempt_passed" | "attempt_failed";
			readonly executionId: string;
			readonly state: string;
			/** From 0. */
			readonly attempt: number;
			readonly maxRetries: number;
			readonly keyResults: readonly KeyResultVerdict[];
			/** What failed and why; null where all hold. */
			readonly feedback: string | null;
	  }
	| {
			readonly type: "child_start" | "child_end";
			readonly executionId: string;
			readonly childId: string;
			readonly machine: string;
	  }
	| { readonly type: "launch"; readonly executionId: string; readonly childId: string; readonly machine: string };
