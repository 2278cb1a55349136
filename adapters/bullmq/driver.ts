/** Loads BullMQ and the client of its server, which users install beside flatstate. */
import { FleetError } from "../../runtime/fleet/errors.ts";

export type BullModule = typeof import("bullmq");
export type RedisModule = Pick<typeof import("ioredis"), "Redis">;
export type PostgresModule = typeof import("pg");

/** How a module is imported; tests let one be missing. */
export interface ModuleLoader {
	readonly bullmq: () => Promise<BullModule>;
	readonly ioredis: () => Promise<RedisModule>;
	readonly pg: () => Promise<PostgresModule>;
}

const installed: ModuleLoader = {
	bullmq: () => import("bullmq"),
	ioredis: () => import("ioredis"),
	pg: () => import("pg"),
};

/** @throws FleetError `queue_driver_missing` with the command that installs them */
export function loadForRedis(load: Partial<ModuleLoader> = {}) {
	const from = { ...installed, ...load };
	return orInstall("Redis", ["bullmq", "ioredis"], async () => {
		const [bull, { Redis }] = await Promise.all([from.bullmq(), from.ioredis()]);
		return { bull, Redis };
	});
}

/** @throws FleetError `queue_driver_missing` with the command that installs them */
export function loadForPostgres(load: Partial<ModuleLoader> = {}) {
	const from = { ...installed, ...load };
	return orInstall("Postgres", ["bullmq", "pg"], async () => {
		const [bull, { default: pg }] = await Promise.all([from.bullmq(), from.pg()]);
		return { bull, pg };
	});
}

async function orInstall<T>(server: string, packages: readonly string[], load: () => Promise<T>): Promise<T> {
	try {
		return await load();
	} catch (cause) {
		throw new FleetError(
			"queue_driver_missing",
			`A queue on ${server} needs the packages ${packages.join(" and ")}. ` +
				`Install them with \`npm install ${packages.join(" ")}\`.`,
			{ cause },
		);
	}
}
