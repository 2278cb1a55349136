/**
 * The answers when the example runs offline: an outline, drafts of three chapters, and a critic who reads them. It dislikes what
 * is very beautiful, and notices when a lighthouse that is dark is lit.
 */
const title = "The Keeper's Bell";

const chapters = [
	{
		title: "Low Water",
		plot: "Since the light went dark a bell rings under the sea, and the keeper's widow goes to look.",
	},
	{ title: "The Causeway", plot: "She finds the bell in a wreck, and the tide between herself and the shore." },
	{ title: "High Water", plot: "She rings until somebody understands what a bell in the dark is for." },
];

const drafts = {
	"Low Water": [
		"It was a very beautiful and mysterious evening, and the sea was very blue. Mrs Aune felt very strange. Something was about " +
			"to happen, and it happened.",
		"The lighthouse on Skarv had been dark for a year when Mrs Aune heard the bell. It rang at low water, twice a day, from " +
			"below. The harbour master said it was a buoy. The priest said it was grief. Mrs Aune, who had been married for forty " +
			"years to a man who could tell the hour by a swell, put on his boots and walked down to where the sea had been.",
	],
	"The Causeway": [
		"Behind her the lamp of the lighthouse turned and lit her way. She walked out over the stones to the wreck, and there hung " +
			"the bell. Then the water came.",
		"The causeway shows itself for one hour. She needed half of it to reach the wreck, a coaster, on her side in the weed, and " +
			"in her bow a bell that swung with every wave that was left. She had been right, and was pleased, and turned round. The " +
			"stones by which she had come were gone. Over the island stood the tower, black, where for forty years a light had been.",
	],
	"High Water": [
		"She climbed as high as the wreck went and took the rope of the bell. Not as the sea had rung it. Three, and a pause, and " +
			"three: the way he had knocked on their door. On the shore a window opened, then a second one. The harbour master's boat " +
			"found her by ear. He wanted to take the bell home. Leave it, she said, and light the lamp. And since somebody has to go " +
			"up each evening who can tell the hour by a swell, there is again a keeper on Skarv.",
	],
};

export default function answer({ agent, last_user }) {
	if (agent === "outliner") return { json: { title, chapters } };
	if (agent === "writer") {
		const [, chapter] = /Write the chapter "(.*)"/.exec(last_user);
		const last = drafts[chapter].findIndex((draft) => last_user.includes(draft));
		return drafts[chapter][last + 1];
	}
	const [story, text] = last_user.split("The chapter:\n");
	const ornaments = text.match(/very/g)?.length ?? 0;
	const isLit = story.includes("had been dark for a year") && text.includes("lamp of the lighthouse turned");
	return {
		json: {
			score: Math.max(1, 9 - 2 * ornaments),
			contradicts: isLit ? "The lighthouse has been dark for a year." : "",
			advice: ornaments > 0 ? "Less feeling, more boots." : "Nothing.",
		},
	};
}
