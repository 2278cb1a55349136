class TooShortError extends Error {
	name = "TooShortError";
}

export default {
	notes: {
		onAction(action, context, { state }) {
			if (action === "check_length") {
				const { length } = context.weather.split(" ");
				if (length < 20) throw new TooShortError(`The news has only ${length} words.`);
				return context;
			}
			// The machine has put the last error into the context.
			return { ...context, notes: [...context.notes, { state, error: context.last_error_type }] };
		},
	},
};
