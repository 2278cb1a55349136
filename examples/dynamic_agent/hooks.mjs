import { admit, DocumentRefusedError } from "./admit.mjs";

/** Says what is wrong with the document, in words for the agent that wrote it. */
export default {
	inspector: {
		onAction(_action, context) {
			return { ...context, problems: problemsOf(context.document), tries: context.tries + 1 };
		},
	},
};

function problemsOf(document) {
	try {
		admit(document);
		return null;
	} catch (error) {
		if (error instanceof DocumentRefusedError) return error.message;
		throw error;
	}
}
