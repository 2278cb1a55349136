import { FlatMachine } from "flatstate";
import hooks from "./hooks.mjs";

export const summary = "an outline, then chapter after chapter with a writer and a critic, until the story is told";

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/story.yml`, hooks, model });
	const input = { idea: "A story about a lighthouse that went dark, and a bell.", chapters: 3 };
	const { story, ...rest } = await machine.execute(input, { onEvent });
	// In lines, so that it can be read on a terminal.
	return { ...rest, story: story.split("\n").filter(Boolean) };
}
