/** A log book of some 200,000 characters in which nothing much happens, the same every time. */

const winds = [
	"light airs from the west",
	"a fresh breeze from the north",
	"fog",
	"a long swell",
	"wind astern",
	"a calm",
];
const sights = [
	"two whales to port",
	"a raft of eider ducks",
	"no sail",
	"ice, far off",
	"a steamer, hull down",
	"the loom of a light",
];
const works = [
	"Painted the rail",
	"Mended the foresail",
	"Aired the bedding",
	"Scrubbed the deck",
	"Oiled the blocks",
	"Counted the stores",
];
const meals = ["pea soup", "salt fish", "dumplings", "the last of the onions", "rice and raisins"];

/**
 * @param {Readonly<Record<number, string>>} events what happened on a day, in place of what happens every day
 * @param {number} days
 */
export function logBook(events, days = 2080) {
	const of = (list, day, step) => list[Math.floor((day * step) / 7 + day) % list.length];
	const line = (day) =>
		`Day ${day}. Had ${of(winds, day, 3)}; saw ${of(sights, day, 5)}. ${of(works, day, 2)}. Dinner was ${of(meals, day, 4)}.`;
	return Array.from({ length: days }, (_, index) => events[index + 1] ?? line(index + 1)).join("\n");
}
