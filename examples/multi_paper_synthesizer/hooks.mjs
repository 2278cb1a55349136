/** Counts the rounds: templates give text, so arithmetic on numbers is the work of a hook. */
export default {
	rounds: {
		onAction(_action, context) {
			return { ...context, round: context.round + 1 };
		},
	},
};
