/**
 * The bookkeeping of the evolution, as pure functions of the context: who is on the front, who becomes a parent, on which
 * cases a child is tried first. Chance comes from `context.seed`, so that a run can be repeated, and resumed.
 */

const batchSize = 3;

/** Tried on everything: into the population. */
export function admit(context) {
	const { candidate, cases, trials, budget } = context;
	const population = [...context.population, { ...candidate, scores: trials.map(({ score }) => score), trials }];
	const best = population.reduce(
		(best, { scores }, index) => (sum(scores) > sum(population[best].scores) ? index : best),
		0,
	);
	const spent = context.spent + cases.length;
	const finished = sum(population[best].scores) === cases.length || spent + batchSize > budget;
	return { ...context, population, front: paretoFront(population), best, spent, finished };
}

/** A parent, with some of its trials, of which one at least went wrong. */
export function select(context) {
	const { population, front, cases } = context;
	const random = generator(context.seed);
	// A prompt that is best on many cases is a parent more often; one that never is best is none.
	const highest = cases.map((_, at) => Math.max(...population.map(({ scores }) => scores[at])));
	const chances = front.flatMap((index) =>
		population[index].scores.flatMap((score, at) => (score === highest[at] ? [index] : [])),
	);
	const parent = pick(chances, random);
	const { scores, trials } = population[parent];
	const all = shuffled([...cases.keys()], random);
	const wrong = all.filter((at) => scores[at] === 0);
	const chosen = [...new Set([wrong[0], ...all])].slice(0, batchSize);
	return {
		...context,
		candidate: { prompt: null, parent },
		batch: chosen.map((at) => cases[at]),
		trials: chosen.map((at) => trials[at]),
		parent_score: sum(chosen.map((at) => scores[at])),
		seed: random.seed(),
	};
}

/** Tried on a few cases: is it better there than its parent? */
export function compare(context) {
	const { trials, batch, cases, budget, parent_score } = context;
	const improved = sum(trials.map(({ score }) => score)) > parent_score;
	const spent = context.spent + batch.length;
	return { ...context, improved, spent, finished: spent + (improved ? cases.length : batchSize) > budget };
}

/** Positions of those that no other beats or equals on each case; of equals, the first. */
export function paretoFront(population) {
	return [...population.keys()].filter(
		(one) =>
			!population.some(
				(_, other) => other !== one && isCovered(population[one].scores, population[other].scores, one < other),
			),
	);
}

function isCovered(scores, others, isFirst) {
	const isBeaten = scores.every((score, at) => score <= others[at]);
	const isEqual = isBeaten && scores.every((score, at) => score === others[at]);
	return isBeaten && !(isEqual && isFirst);
}

function sum(numbers) {
	return numbers.reduce((total, number) => total + number, 0);
}

function pick(list, random) {
	return list[Math.floor(random() * list.length)];
}

function shuffled(list, random) {
	const rest = [...list];
	return list.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0]);
}

/** Random numbers from 0 to 1 that begin at a seed (mulberry32), and the seed to go on from. */
function generator(start) {
	let seed = start >>> 0;
	const next = () => {
		seed = (seed + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return Object.assign(next, { seed: () => seed });
}

const steps = { admit, select, compare };

export default {
	evolution: {
		onAction: (action, context) => steps[action](context),
	},
};
