/** Replies of scripts, which may be anything as far as a type can tell. */

/** The texts of a list, in their order; what is no text becomes an empty one, so that places stay. */
export function texts(reply: unknown): string[] {
	return Array.isArray(reply) ? reply.map((item: unknown) => (typeof item === "string" ? item : "")) : [];
}

/** A text, or null for the reply that there is nothing. */
export function textOrNull(reply: unknown): string | null {
	return typeof reply === "string" ? reply : null;
}
