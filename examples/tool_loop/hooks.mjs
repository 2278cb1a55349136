import { tool, toolProvider } from "flatstate";

const skies = new Map([
	["Lisbon", { degrees: 24, sky: "sun" }],
	["Tromsø", { degrees: -6, sky: "snow" }],
]);
/** Kilos. */
const wardrobe = new Map([
	["hat", 0.5],
	["shirt", 0.5],
	["coat", 3],
	["boots", 2.5],
	["blanket", 4],
]);

const text = { type: "string" };
const tools = [
	tool({
		name: "weather",
		description: "The weather of the weekend.",
		parameters: { type: "object", properties: { place: text }, required: ["place"] },
		execute: ({ place }) => skies.get(place) ?? "Nobody knows.",
	}),
	tool({ name: "wardrobe", description: "What there is to pack.", execute: () => [...wardrobe.keys()] }),
	tool({
		name: "put",
		description: "Puts one thing into the bag.",
		parameters: { type: "object", properties: { thing: text }, required: ["thing"] },
		execute: ({ thing }) => {
			const kilos = wardrobe.get(thing);
			// What a tool throws is told to the model, which may try something else.
			if (kilos === undefined) throw new Error(`There is no ${JSON.stringify(thing)} in the wardrobe.`);
			return { thing, kilos };
		},
	}),
];

/** The code that the machine calls: tools for the loop, and what keeps the bag in the context, where conditions see it. */
const bag = {
	getToolProvider: () => toolProvider(tools),
	onToolResult(_state, { name, content, is_error }, context) {
		if (name !== "put" || is_error) return context;
		const { thing, kilos } = JSON.parse(content);
		return { ...context, kilos: context.kilos + kilos, items: [...context.items, thing] };
	},
};

export default { bag };
