/** What a run reports while it goes on, for progress lines and logs. */

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
			readonly type: "retry";
			readonly executionId: string;
			readonly state: string;
			readonly attempt: number;
			readonly delaySeconds: number;
			readonly error: string;
	  }
	| {
			readonly type: "child_start" | "child_end";
			readonly executionId: string;
			readonly childId: string;
			readonly machine: string;
	  }
	| { readonly type: "launch"; readonly executionId: string; readonly childId: string; readonly machine: string };
