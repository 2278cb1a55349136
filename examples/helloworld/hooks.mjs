/** The code that the machine calls: hooks by the names that its states give. */
export default {
	spelling: {
		onAction(action, context) {
			if (action !== "append_char") return context;
			return { ...context, current: context.current + context.expected_char };
		},
	},
};
