/** The tables of a store: their names, and the statements that make them. */

/** Of what is made here; a store of a newer one is refused. */
export const storeVersion = 4;

/** Quoted, with their schema. */
export interface Tables {
	readonly meta: string;
	readonly executions: string;
	/** What executions were started with: beside their rows, which are rewritten with every commit. */
	readonly origins: string;
	readonly checkpoints: string;
	readonly log: string;
	readonly results: string;
	readonly signals: string;
	readonly leases: string;
	readonly joins: string;
	/** Jobs that joins hold back. */
	readonly joinHeld: string;
	/** Members of joins that have ended. */
	readonly joinMembers: string;
	/** Tokens of leases. One row of numbers for all keys, so that a key's token grows after its row is gone, too. */
	readonly tokens: string;
	readonly workers: string;
	readonly work: string;
	readonly ratePlaces: string;
	readonly ratePauses: string;
	/** A view in the layout of `@keyv/postgres`. */
	readonly keyvCheckpoints: string;
	/** A table in the layout of `@keyv/postgres`. */
	readonly configs: string;
	/** On which all changes of a store are announced. */
	readonly notices: string;
}

/** Names of what Keyv reads, as its option `table` wants them. */
export const keyvTables = { checkpoints: "flatstate_checkpoints", configs: "flatstate_configs" } as const;

/** @param schema a plain name, see `parseAddress` */
export function tablesOf(schema: string): Tables {
	const named = (table: string) => `"${schema}".${table}`;
	return {
		meta: named("flatstate_meta"),
		executions: named("flatstate_executions"),
		origins: named("flatstate_origins"),
		checkpoints: named("flatstate_checkpoint_data"),
		log: named("flatstate_log"),
		results: named("flatstate_results"),
		signals: named("flatstate_signals"),
		leases: named("flatstate_leases"),
		joins: named("flatstate_joins"),
		joinHeld: named("flatstate_join_held"),
		joinMembers: named("flatstate_join_members"),
		tokens: named("flatstate_tokens"),
		workers: named("flatstate_workers"),
		work: named("flatstate_work"),
		ratePlaces: named("flatstate_rate_places"),
		ratePauses: named("flatstate_rate_pauses"),
		keyvCheckpoints: named(keyvTables.checkpoints),
		configs: named(keyvTables.configs),
		// Notices go through the whole database, and such a name ends after 63 bytes.
		notices: `fs_${schema}`.slice(0, 63),
	};
}

const name = 'text COLLATE "C"';

/** How long texts are kept: lz4 takes a third of the time of the default (measured at 32 KiB and 1 MiB). */
function long(hasLz4: boolean): string {
	return hasLz4 ? "text COMPRESSION lz4" : "text";
}

/**
 * What makes a store of this version out of one of an older.
 * @param version 0 where there is none
 */
export function createStatements(tables: Tables, version: number, hasLz4: boolean): string {
	const steps = [firstStatements, workStatements, joinStatements, rateLimitStatements];
	const statements = steps.slice(version).map((step) => step(tables, hasLz4));
	return [...statements, `UPDATE ${tables.meta} SET version = ${storeVersion};`].join("\n");
}

/**
 * Names are compared by their bytes (`COLLATE "C"`), whatever the database's language is. Indexes on what most rows do
 * not have leave those rows out. No index is on a column that changes with every commit, so that a commit writes to no
 * index but the checkpoint's and the log's: the age is indexed by the hour.
 */
function firstStatements(tables: Tables, hasLz4: boolean): string {
	const { meta, executions, origins, checkpoints, log, results, signals, leases, tokens, keyvCheckpoints, configs } =
		tables;
	return `
CREATE TABLE ${meta} (version integer NOT NULL);
INSERT INTO ${meta} VALUES (1);

CREATE TABLE ${executions} (
	id ${name} PRIMARY KEY,
	root_id ${name} NOT NULL,
	parent_id ${name},
	status ${name} NOT NULL,
	event ${name} NOT NULL,
	waiting_channel ${name},
	wake_at bigint,
	updated_at bigint NOT NULL,
	updated_hour bigint NOT NULL,
	latest_key ${name},
	-- Whether flatstate wrote the row, or made it of another program's snapshot.
	committed boolean NOT NULL DEFAULT false,
	summary text NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX flatstate_executions_root ON ${executions} (root_id, id);
CREATE INDEX flatstate_executions_tops ON ${executions} (id) WHERE root_id = id;
CREATE INDEX flatstate_executions_parent ON ${executions} (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX flatstate_executions_status ON ${executions} (status, id);
CREATE INDEX flatstate_executions_event ON ${executions} (event, id);
CREATE INDEX flatstate_executions_channel ON ${executions} (waiting_channel, id) WHERE waiting_channel IS NOT NULL;
CREATE INDEX flatstate_executions_wake ON ${executions} (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX flatstate_executions_hour ON ${executions} (updated_hour);

CREATE TABLE ${origins} (id ${name} PRIMARY KEY, body ${long(hasLz4)} NOT NULL);

CREATE TABLE ${checkpoints} (
	key ${name} PRIMARY KEY,
	seq bigint GENERATED BY DEFAULT AS IDENTITY,
	body ${long(hasLz4)},
	-- What is no text, in place of the body.
	bytes bytea,
	progress ${long(hasLz4)}
);

CREATE TABLE ${log} (
	execution_id ${name} NOT NULL,
	step bigint NOT NULL,
	seq bigint GENERATED BY DEFAULT AS IDENTITY,
	body ${long(hasLz4)} NOT NULL,
	PRIMARY KEY (execution_id, step, seq)
);

CREATE TABLE ${results} (
	execution_id ${name} NOT NULL,
	path ${name} NOT NULL,
	body ${long(hasLz4)} NOT NULL,
	PRIMARY KEY (execution_id, path)
);

CREATE TABLE ${signals} (
	id ${name} PRIMARY KEY,
	-- The place in the queue; copies of a broadcast share one, and have ranks.
	position bigint GENERATED BY DEFAULT AS IDENTITY,
	rank integer NOT NULL DEFAULT 0,
	channel ${name} NOT NULL,
	-- JSON of a channel's name that cannot be a column's.
	channel_name text,
	execution_id ${name},
	claimed boolean NOT NULL DEFAULT false,
	body ${long(hasLz4)} NOT NULL,
	created_at text NOT NULL
);
CREATE INDEX flatstate_signals_queue ON ${signals} (channel, execution_id, position);
CREATE INDEX flatstate_signals_addressee ON ${signals} (execution_id) WHERE execution_id IS NOT NULL;

CREATE SEQUENCE ${tokens};
CREATE TABLE ${leases} (
	key ${name} PRIMARY KEY,
	token bigint NOT NULL,
	owner text NOT NULL,
	label text NOT NULL,
	identity text NOT NULL,
	acquired_at bigint NOT NULL,
	expires_at bigint NOT NULL
) WITH (fillfactor = 70);

CREATE VIEW ${keyvCheckpoints} AS
SELECT key, '{"value":' || to_json(CASE
	WHEN body IS NULL THEN ':base64:' || translate(encode(bytes, 'base64'), E'\\n', '')
	WHEN body LIKE ':%' THEN ':' || body
	ELSE body
END)::text || '}' AS value FROM ${checkpoints};

CREATE TABLE ${configs} (key ${name} PRIMARY KEY, value text);
`;
}

/** Of version 2. The indexes have what is pending and claimed alone, so that what is done costs nothing. */
function workStatements({ workers, work }: Tables, hasLz4: boolean): string {
	return `
CREATE TABLE ${workers} (
	id ${name} PRIMARY KEY,
	status text NOT NULL,
	last_heartbeat bigint NOT NULL,
	host text,
	pid bigint,
	capabilities text NOT NULL,
	started_at text,
	task_id text,
	metadata text NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE ${work} (
	id ${name} PRIMARY KEY,
	position bigint GENERATED BY DEFAULT AS IDENTITY,
	pool ${name} NOT NULL,
	data ${long(hasLz4)} NOT NULL,
	status ${name} NOT NULL DEFAULT 'pending',
	claimed_by ${name},
	claimed_at bigint,
	attempts bigint NOT NULL DEFAULT 0,
	max_retries bigint NOT NULL,
	created_at bigint NOT NULL,
	error text,
	result ${long(hasLz4)}
);
CREATE INDEX flatstate_work_pending ON ${work} (pool, position) WHERE status = 'pending';
CREATE INDEX flatstate_work_claimed ON ${work} (pool, claimed_by) WHERE status = 'claimed';
`;
}

/** Of version 3. The age is indexed by the minute, so that an end writes to no index of the joins. */
function joinStatements({ joins, joinHeld, joinMembers }: Tables, hasLz4: boolean): string {
	return `
CREATE TABLE ${joins} (
	key bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	id ${name} NOT NULL UNIQUE,
	execution_id ${name} NOT NULL,
	needed integer NOT NULL,
	ended integer NOT NULL DEFAULT 0,
	wake ${long(hasLz4)} NOT NULL,
	touched_at bigint NOT NULL,
	touched_minute bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX flatstate_joins_execution ON ${joins} (execution_id);
CREATE INDEX flatstate_joins_minute ON ${joins} (touched_minute);

CREATE TABLE ${joinHeld} (
	join_key bigint NOT NULL,
	rank integer NOT NULL,
	job ${long(hasLz4)} NOT NULL,
	PRIMARY KEY (join_key, rank)
);

CREATE TABLE ${joinMembers} (
	join_key bigint NOT NULL,
	rank integer NOT NULL,
	member ${name} NOT NULL,
	outcome ${long(hasLz4)} NOT NULL,
	PRIMARY KEY (join_key, rank),
	UNIQUE (join_key, member)
);
`;
}

function rateLimitStatements({ ratePlaces, ratePauses }: Tables): string {
	return `
CREATE TABLE ${ratePlaces} (
	key ${name} NOT NULL,
	at bigint NOT NULL,
	id ${name} NOT NULL,
	PRIMARY KEY (key, at, id)
);
CREATE TABLE ${ratePauses} (key ${name} PRIMARY KEY, until bigint NOT NULL);
`;
}
