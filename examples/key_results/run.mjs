import { FlatMachine } from "flatstate";

export const summary = "a text is written again until two checks and a judge are content with it";

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/machine.yml`, model });
	const attempts = [];
	const output = await machine.execute(
		{ topic: "the map room is closed while the roof is mended, from 3 May on" },
		{
			onEvent(event) {
				onEvent(event);
				if (event.type === "attempt_failed" || event.type === "attempt_passed") {
					attempts.push(event.feedback ?? "all key results hold");
				}
			},
		},
	);
	return { notice: output.notice, attempts };
}
