/** Puts a fragment of YAML that a page shows into the smallest document in which it stands, so that it can be compiled. */
import type { Block } from "./page.ts";

/** What a fragment may be: the first word behind `yaml`. */
export type FragmentKind = "machine" | "data" | "states" | "agent" | "prompt" | "profiles";

const kinds: readonly FragmentKind[] = ["machine", "data", "states", "agent", "prompt", "profiles"];

/** Files that fragments may reference. */
export const surroundings: Readonly<Record<string, string>> = {
	"writer.yml": `spec: flatagent
data:
  model: { provider: mock, name: m }
  user: "{{ input.topic }}"
`,
	"judge.yml": `spec: flatagent
data:
  model: { provider: mock, name: m }
  user: "{{ input.text }}"
  output:
    score: { type: int }
    good: { type: bool }
    labels: { type: list }
`,
	"child.yml": `spec: flatmachine
data:
  states:
    answer: { type: initial, transitions: [{ to: done }] }
    done: { type: final }
`,
	"agent.py": "make = None\n",
	"prompt.yml": `spec: prompt
data: { user: "{{ input.topic }}" }
`,
	"profiles.yml": `spec: flatprofile
data:
  model_profiles:
    small: { provider: mock, name: s }
    large: { provider: mock, name: l }
`,
};

export function fragmentKind({ words }: Block): FragmentKind | undefined {
	return kinds.find((kind) => words.has(kind));
}

/** The whole document around a fragment. */
export function documentAround(kind: FragmentKind, text: string): string {
	switch (kind) {
		case "machine":
			return text;
		case "data":
			return `spec: flatmachine\ndata:\n${indented(withAgents(withStates(text)), 2)}`;
		case "states":
			return documentAround("data", `states:\n${indented(withEnd(text), 2)}`);
		case "agent":
			return `spec: flatagent\ndata:\n${indented(text, 2)}`;
		case "prompt":
			return `spec: prompt\ndata:\n${indented(text, 2)}`;
		case "profiles":
			return `spec: flatprofile\ndata:\n${indented(text, 2)}`;
	}
}

function withStates(data: string): string {
	if (has(data, "states")) return data;
	return `${data}states:\n  start: { type: initial, transitions: [{ to: done }] }\n  done: { type: final }\n`;
}

function withAgents(data: string): string {
	const agents = has(data, "agents") ? "" : "agents: { writer: ./writer.yml, judge: ./judge.yml }\n";
	return agents + (has(data, "machines") ? "" : "machines: { child: ./child.yml }\n") + data;
}

function withEnd(states: string): string {
	return has(states, "done") ? states : `${states}done: { type: final }\n`;
}

function has(text: string, key: string): boolean {
	return new RegExp(`^${key}:`, "m").test(text);
}

function indented(text: string, blanks: number): string {
	return text.replace(/^(?=.)/gm, " ".repeat(blanks));
}
