import { FlatMachine, InMemoryResultBackend, resultUri } from "flatstate";

export const summary = "machines of machines: a newsroom, its desks, their reporters; results by address";

const desks = [
	{ name: "town", stories: ["the bridge", "the budget"] },
	{ name: "sport", stories: ["the derby"] },
];

export async function run({ model, onEvent }) {
	// Every execution has an id. Random by default; counted here, so that the addresses are the same each time.
	let count = 0;
	const newId = () => `run-${++count}`;
	const results = new InMemoryResultBackend();
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/newsroom.yml`, model, results, newId });

	const children = {};
	const output = await machine.execute(
		{ desks },
		{
			onEvent(event) {
				if (event.type === "child_start" || event.type === "launch") children[resultUri(event.childId)] = event.machine;
				onEvent(event);
			},
		},
	);

	// What a child or launched machine gave is kept under an address made of its id.
	// Whoever knows an address can read what came out there, also from machines that nobody waited for.
	const [printer] = Object.keys(children).filter((address) => children[address] === "printer");
	return { ...output, children, printed: await results.read(printer) };
}
