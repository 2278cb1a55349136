/** Puts what was said into the history, and takes out of it what is more than `keep` messages ago. */
export default {
	memory: ({ keep }) => ({
		onAction(_action, context) {
			const said = [
				{ role: "user", content: context.message },
				{ role: "assistant", content: context.reply },
			];
			const all = [...context.history, ...said];
			const fading = [...context.fading, ...all.slice(0, -keep)];
			return { ...context, history: all.slice(-keep), fading, turns: context.turns + 1 };
		},
	}),
};
