import { FlatMachine } from "flatstate";
import hooks from "./hooks.mjs";

export const summary = "an agent packs a bag with three tools; a condition in the middle of the loop stops it";

export async function run({ model, onEvent, log }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/machine.yml`, model, hooks });
	const tell = (event) => {
		onEvent(event);
		if (event.type === "tool_end") log(`     ${event.tool}${event.isError ? " fails" : ""}`);
	};
	const bags = [];
	for (const place of ["Lisbon", "Tromsø"]) bags.push(await machine.execute({ place, most: 8 }, { onEvent: tell }));
	return bags;
}
