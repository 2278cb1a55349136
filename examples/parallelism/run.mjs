import { FlatMachine, InMemoryResultBackend, resultUri } from "flatstate";

export const summary = "three ways to run machines side by side: a list, foreach, and launch with a race";

export async function run({ model, onEvent }) {
	const load = (name, options) =>
		new FlatMachine({ file: `${import.meta.dirname}/config/${name}.yml`, model, ...options });

	const list = await load("list").execute({ city: "Ghent" }, { onEvent });

	const stops = [{ city: "Porto" }, { city: "Oslo", wish: "swimming" }, { city: "Graz" }];
	const foreach = await load("foreach").execute({ stops }, { onEvent });

	// Nobody waits for a launched machine, but what it gave is kept under an address made of its execution id.
	const results = new InMemoryResultBackend();
	const launched = [];
	const keepIds = (event) => {
		if (event.type === "launch") launched.push(event.childId);
		onEvent(event);
	};
	const launch = await load("launch", { results }).execute({ city: "Granada" }, { onEvent: keepIds });
	const postcard = await results.read(resultUri(launched[0]));

	return { list, foreach, launch, postcard };
}
