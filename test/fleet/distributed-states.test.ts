/** Children that run on workers end their states as children in the parent's process do. */
import { describe, expect, it } from "vitest";
import { childMachine, eachMachine, parentOf } from "./fleet-machine.ts";
import { type Case, essence, fleetInMemory, inline } from "./side-by-side.ts";

const failing = childMachine
	.replace("condition: never", "")
	.replace(
		"transitions: [{ to: end }]",
		'transitions: [{ condition: "context.n > 1", to: end }, { condition: "context.n.x.y == 1", to: end }]',
	);

/** A machine of three levels: each has its own number of agent calls. */
const middle = parentOf("foreach: context.items\nas: item\nmachine: child\ninput: { n: item }", { name: "middle" });

const cases: Readonly<Record<string, Case>> = {
	"a single child": { files: { "machine.yml": parentOf("machine: child\ninput: { n: 7 }") } },
	"a single child that fails": {
		files: { "machine.yml": parentOf("machine: child\ninput: { n: 1 }"), "child.yml": failing },
	},
	"a child that fails with on_error": {
		files: { "machine.yml": parentOf("machine: child\ninput: { n: 1 }\non_error: end"), "child.yml": failing },
	},
	"a list with an input for each": {
		files: {
			"machine.yml": parentOf("machine: [{ name: child, input: { n: 1 } }, { name: other, input: { n: 2 } }]").replace(
				"child: ./child.yml",
				"child: ./child.yml, other: ./child.yml",
			),
		},
	},
	"a list of which one fails": {
		files: {
			"machine.yml": parentOf("machine: [{ name: child, input: { n: 1 } }, { name: other, input: { n: 2 } }]").replace(
				"child: ./child.yml",
				"child: ./child.yml, other: ./child.yml",
			),
			"child.yml": failing,
		},
		gives: "_error",
	},
	"a foreach": { files: { "machine.yml": eachMachine }, input: { items: [1, 2, 3, 4, 5] } },
	"a foreach in a small window": {
		files: { "machine.yml": eachMachine },
		input: { items: [1, 2, 3, 4, 5] },
		window: 2,
	},
	"a foreach with a key": {
		files: {
			"machine.yml": parentOf("foreach: context.items\nas: item\nkey: item\nmachine: child\ninput: { n: item }"),
		},
		input: { items: ["b", "a", "c"] },
	},
	"a foreach one at a time": {
		files: {
			"machine.yml": parentOf(
				"foreach: context.items\nas: item\nmax_concurrency: 1\nmachine: child\ninput: { n: item }",
			),
		},
		input: { items: [3, 1, 2] },
	},
	"a foreach over nothing": { files: { "machine.yml": eachMachine }, input: { items: [] } },
	"a foreach with items that fail": {
		files: { "machine.yml": eachMachine, "child.yml": failing },
		input: { items: [1, 2, 3] },
		gives: "_error",
	},
	"a foreach with an input that cannot be made": {
		files: {
			"machine.yml": parentOf('foreach: context.items\nas: item\nmachine: child\ninput: { n: "{{ 6 // item }}" }'),
		},
		input: { items: [1, 0, 3] },
		gives: "_error",
	},
	"mode any": {
		files: {
			"machine.yml": parentOf("foreach: context.items\nas: item\nmode: any\nmachine: child\ninput: { n: item }"),
		},
		input: { items: [5] },
	},
	"mode any, of which the only one fails": {
		files: {
			"machine.yml": parentOf("foreach: context.items\nas: item\nmode: any\nmachine: child\ninput: { n: item }"),
			"child.yml": failing,
		},
		input: { items: [1] },
	},
	"a list with mode any": {
		files: { "machine.yml": parentOf("machine: [child]\nmode: any\ninput: { n: 3 }") },
	},
	"children of children": {
		files: {
			"machine.yml": parentOf("foreach: context.items\nas: item\nmachine: child\ninput: { items: item }"),
			"child.yml": middle.replace("./child.yml", "./leaf.yml"),
			"leaf.yml": childMachine,
		},
		input: { items: [[1, 2], [], [3]] },
	},
	max_agent_calls: {
		files: { "machine.yml": eachMachine },
		input: { items: [1, 2, 3, 4] },
		run: { maxAgentCalls: 2 },
		window: 1,
	},
};

describe("a state on workers ends as inline", () => {
	it.each(Object.entries(cases))("with %s", async (_, each) => {
		const fleet = await fleetInMemory({ ...each, concurrency: 1 });
		const [here, there] = [await inline(each), await fleet.run()];
		const what = essence(there);
		if (each.run?.maxAgentCalls !== undefined) {
			// Inline, all children begin at once.
			expect(what).toMatchObject({ status: "stopped", reason: "max_agent_calls" });
			return;
		}
		expect(what).toEqual(essence(here));
		if (each.gives) expect(JSON.stringify([here.output, here.error instanceof Error])).toContain(each.gives);
	});
});
