/** What of a Keyv is used: spelt out, so that the types of flatstate are whole where Keyv is not installed. */

/** An object of Keyv 5. */
export interface KeyvObject {
	readonly namespace?: string | undefined;
	throwOnErrors: boolean;
	get(key: string): Promise<unknown>;
	/** @param ttl milliseconds; 0 = for ever */
	set(key: string, value: string, ttl: number): Promise<boolean>;
	delete(key: string): Promise<boolean>;
	on(event: "error", listener: (error: unknown) => void): unknown;
}
