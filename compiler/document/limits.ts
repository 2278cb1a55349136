/** Bounds on untrusted documents, far above any real one: a machine of 10,000 states has 1 MB and 550,000 tokens. */
export interface DocumentLimits {
	/** UTF-16 units of text. */
	readonly maxLength: number;
	/** Levels of maps and lists. */
	readonly maxDepth: number;
	/** Values after aliases have been expanded. */
	readonly maxNodes: number;
	/** Lexical tokens; bounds the time that parsing takes. */
	readonly maxTokens: number;
	/** Problems that are reported of one document. */
	readonly maxProblems: number;
}

export const defaultDocumentLimits: DocumentLimits = Object.freeze({
	maxLength: 8 * 1024 * 1024,
	maxDepth: 100,
	maxNodes: 200_000,
	maxTokens: 1_000_000,
	maxProblems: 50,
});
