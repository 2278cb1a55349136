/** Turns the pages: counting, and what comes next, are the work of code. */

const actions = {
	/** Takes in the chapter that has been written, and lays out the plan of the next one. */
	turn_page({ last, plan, next, outline, length, chapters, ...context }) {
		const written = last === null ? [] : [{ title: plan.title, drafts: last.drafts, accepted: last.accepted }];
		return {
			...context,
			outline,
			length,
			chapters: [...chapters, ...written],
			last: null,
			plan: outline[next] ?? null,
			more: next < Math.min(outline.length, length),
			next: next + 1,
		};
	},
	count_draft: (context) => ({ ...context, drafts: context.drafts + 1 }),
};

export default {
	book: {
		onAction: (action, context) => actions[action](context),
	},
};
