/** How to get a server where none answers. */
import { FleetError } from "../../runtime/fleet/errors.ts";
import { StoreError } from "../../runtime/store/errors.ts";

const howToGetOne = {
	redis:
		"No Redis yet? Install one (`apt install redis-server`, `brew install redis`) and start it with `redis-server`, or start one with Docker: `docker run -p 127.0.0.1:6379:6379 redis`.",
	postgres:
		"No Postgres yet? Install one (`apt install postgresql`, `brew install postgresql`), or start one with Docker: `docker run -e POSTGRES_PASSWORD=PASSWORD -p 127.0.0.1:5432:5432 postgres`.",
} as const;

/** Says with the error of a server that does not answer how to get one. */
export async function orHowToGetOne<T>(kind: keyof typeof howToGetOne, open: () => Promise<T>): Promise<T> {
	try {
		return await open();
	} catch (error) {
		const text = howToGetOne[kind];
		if (error instanceof StoreError && error.code === "store_unreachable") {
			throw new StoreError(error.code, `${error.message} ${text}`, { cause: error });
		}
		if (error instanceof FleetError && error.code === "queue_unreachable") {
			throw new FleetError(error.code, `${error.message} ${text}`, { cause: error });
		}
		throw error;
	}
}
