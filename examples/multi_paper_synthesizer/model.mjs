/**
 * The answers when the example runs offline. The reviewer is no list of answers: it looks for statements without a source, and
 * for papers that are left out, so its score follows from the text.
 */
const notes = {
	"A Hole in the Fence": {
		finding: "Holes in 40 garden fences raised crossings from 0.4 to 2.9 per night.",
		limit: "Crossings were counted, not animals.",
	},
	"Slug Pellets": {
		finding:
			"Adults weighed 1,060 grams where slug pellets were banned, 890 where not; below 600 few survive a winter.",
		limit: "The town with the ban also has fewer roads.",
	},
	"Forty Kilometres of Road": {
		finding:
			"131 hedgehogs died on 40 km of road in a year, two of three near a gap; at 30 km/h a third as many as at 50.",
		limit: "Those that crossed and lived were not counted.",
	},
};

const drafts = [
	"Hedgehogs need holes in fences: crossings rose from 0.4 to 2.9 a night [lindqvist]. Everybody loves them.",
	"Holes let hedgehogs walk, from 0.4 to 2.9 crossings a night [lindqvist], and food without poison lets them grow: 1,060 " +
		"grams against 890 [moreau]. Towns should do both.",
	"Open the fences, but not towards the road. Holes let hedgehogs walk, 2.9 crossings a night instead of 0.4 [lindqvist], yet " +
		"two of three that died on a road lay near such a gap [petrov]. So holes belong between gardens, and a limit of 30 km/h " +
		"where they cannot be kept from the street [petrov]. Whether walking makes them more is open, since crossings are not " +
		"animals [lindqvist]; that they also need food shows in their weight, 1,060 grams without pellets and 890 with them, " +
		"though roads differed there, too [moreau].",
];

export default function answer({ agent, last_user }) {
	if (agent === "reader") return { json: Object.entries(notes).find(([title]) => last_user.includes(title))[1] };
	if (agent === "writer") return drafts[1 + drafts.findLastIndex((draft) => last_user.includes(draft))];

	const text = last_user.slice(last_user.indexOf("The text: ") + "The text: ".length);
	const keys = [...last_user.matchAll(/^\[(\w+)\]/gm)].map(([, key]) => key);
	const missing = keys.filter((key) => !text.includes(`[${key}]`));
	const unsupported = text.match(/(Everybody|Towns should)[^.]*\./g) ?? [];
	const advice = missing.length > 0 ? `Say what ${missing.join(" and ")} has to do with it.` : "Nothing.";
	return { json: { unsupported, score: 9 - 3 * missing.length, advice } };
}
