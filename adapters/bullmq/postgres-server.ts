/** BullMQ on Postgres: tables of its own in a schema beside the store's, and a table with the names of all queues. */
import type { BackendFactory, IQueueBackend, PostgresConnectionOptions, QueueOptions, WorkerOptions } from "bullmq";
import { FleetError } from "../../runtime/fleet/errors.ts";
import { type PostgresAddress, withServerSetting } from "../stores/postgres/address.ts";
import { loadForPostgres, type ModuleLoader } from "./driver.ts";
import { messageOf, within } from "./patience.ts";
import { type Routes, readRequires, requiresText } from "./routes.ts";
import { type BullQueue, eventsKept, noStalledLimit, type QueueServer } from "./server.ts";

export interface PostgresServerOptions {
	readonly address: PostgresAddress;
	/** The base queue's name. */
	readonly base: string;
	/** Seconds for each connection. */
	readonly connectSeconds: number;
	/** Is told of lost connections. */
	readonly onError: (error: Error) => void;
	readonly modules?: Partial<ModuleLoader>;
}

/** Connections for statements: of all that adds and looks, and of each queue that is taken from. */
const poolSize = 4;

/** @throws FleetError `queue_driver_missing`, `queue_unreachable` */
export async function openPostgresServer(options: PostgresServerOptions): Promise<QueueServer> {
	const { address, base, connectSeconds } = options;
	const { bull, pg } = await loadForPostgres(options.modules);
	const schema = schemaFor(address.schema);
	const onError = (error: unknown) => options.onError(safe(error));
	// BullMQ sets the search path by `options`, which those of an address would replace.
	const connectionString = withServerSetting(address.connectionString, `search_path=${schema}`);
	const settings = { connectionString, max: poolSize, connectionTimeoutMillis: connectSeconds * 1_000 };
	const pool = new pg.Pool({ ...settings, max: 2 });
	pool.on("error", onError);
	try {
		await within(prepare(), 6 * connectSeconds * 1_000);
	} catch (error) {
		await pool.end();
		const cause = safe(error);
		throw new FleetError(
			"queue_unreachable",
			`The Postgres server of the queue at ${address.name} cannot be used: ${messageOf(cause)}. ` +
				`Check that it runs and lets this user in, and that the user may create the schema ${schema}.`,
			{ cause },
		);
	}

	async function prepare(): Promise<void> {
		const client = await pool.connect();
		try {
			try {
				await bull.assertSchemaCompatibility(client, schema);
			} catch (error) {
				if (!(error instanceof bull.SchemaMigrationRequiredError)) throw error;
				await bull.runMigrations(client, schema);
			}
			const found = await client.query("SELECT to_regclass('flatstate_routes') AS found");
			if (found.rows[0]?.found !== null) return;
			// Two that begin at the same time would both make it.
			await client.query("SELECT pg_advisory_lock(7305808869231650658)");
			try {
				await client.query(
					`CREATE TABLE IF NOT EXISTS "${schema}".flatstate_routes ` +
						"(base text NOT NULL, queue text NOT NULL, requires text NOT NULL, PRIMARY KEY (base, queue))",
				);
			} finally {
				await client.query("SELECT pg_advisory_unlock(7305808869231650658)");
			}
		} finally {
			client.release();
		}
	}

	const connection: PostgresConnectionOptions = { ...settings, schema };
	const queueOptions: QueueOptions<PostgresConnectionOptions> = {
		connection,
		streams: { events: { maxLen: eventsKept } },
	};
	const shared = bull.createPostgresBackend(base, queueOptions);
	shared.on("error", onError);
	const sibling: BackendFactory<IQueueBackend, PostgresConnectionOptions> = (name) => shared.forQueue(name);
	const queues = new Map<string, BullQueue>();

	return {
		name: address.name,
		safe,
		queue: (name) => {
			const known = queues.get(name);
			if (known !== undefined) return known;
			const queue = new bull.Queue(name, queueOptions, sibling);
			queue.on("error", onError);
			queues.set(name, queue);
			return queue;
		},
		taker: (name, { lockMs, stalledMs, onStalled, ...taker }) => {
			const workerOptions: WorkerOptions<PostgresConnectionOptions> = {
				connection,
				autorun: false,
				lockDuration: lockMs,
				stalledInterval: stalledMs,
				maxStalledCount: noStalledLimit,
			};
			const worker = new bull.Worker(name, null, workerOptions, bull.createPostgresBackend);
			worker.on("error", (error) => taker.onError(safe(error)));
			worker.on("stalled", onStalled);
			return {
				worker,
				wakesOne: false,
				complete: async (json, token, fetchNext) => {
					const job = bull.Job.fromJSON(worker, json, json.id);
					return (await job.moveToCompleted(null, token, fetchNext)) ?? undefined;
				},
			};
		},
		routes: async (): Promise<Routes> => {
			const { rows } = await pool.query("SELECT queue, requires FROM flatstate_routes WHERE base = $1", [base]);
			const found = new Map<string, readonly string[]>();
			for (const row of rows) {
				const requires = readRequires(String(row.requires));
				if (requires !== undefined) found.set(String(row.queue), requires);
			}
			return found;
		},
		addRoute: async (name, requires) => {
			const insert = "INSERT INTO flatstate_routes (base, queue, requires) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
			await pool.query(insert, [base, name, requiresText(requires)]);
		},
		close: async () => {
			await shared.close(true);
			await pool.end();
		},
	};
}

/** BullMQ's tables have names such as `job`: they are kept apart from the store's and everybody's. */
function schemaFor(storeSchema: string): string {
	return storeSchema === "public" ? "flatstate_bullmq" : `${storeSchema.slice(0, 56)}_bullmq`;
}

/** The driver's errors have no passwords. */
function safe(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
