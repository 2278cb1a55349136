/** A folder with files for one test, removed with `await using`. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Files extends AsyncDisposable {
	readonly path: string;
	/** The text of a file. */
	read(name: string): string;
}

/** @param texts by name, for example `{ "agents/writer.yml": "…" }` */
export function files(texts: Readonly<Record<string, string>>): Files {
	const path = realpathSync(mkdtempSync(join(tmpdir(), "flatstate-cli-")));
	for (const [name, text] of Object.entries(texts)) {
		mkdirSync(dirname(join(path, name)), { recursive: true });
		writeFileSync(join(path, name), text);
	}
	return {
		path,
		read: (name) => readFileSync(join(path, name), "utf8"),
		[Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }),
	};
}

/** A machine with one agent that writes about `input.topic`. */
export const writerMachine = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: writer
  context: { topic: input.topic }
  agents:
    writer:
      spec: flatagent
      data:
        name: writer
        model: { provider: openai, name: gpt-5-mini }
        user: "Write about {{ input.topic }}"
  states:
    write:
      type: initial
      agent: writer
      input: { topic: context.topic }
      output_to_context: { text: output.content }
      transitions: [{ to: done }]
    done:
      type: final
      output: { text: context.text }
`;

/** A machine that calls the action `act` of the hooks `own` until `context.done`. */
export const actionMachine = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: actor
  context: { done: false, result: null }
  states:
    work:
      type: initial
      action: act
      hooks: own
      transitions: [{ condition: context.done, to: end }, { to: work }]
    end:
      type: final
      output: { result: context.result }
`;
