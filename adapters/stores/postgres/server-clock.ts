/** The time in milliseconds since 1970, in SQL. */

/** The time that a parameter gives, or the server's where that is null. */
export function clockOr(parameter: string): string {
	return `coalesce(${parameter}::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)`;
}
