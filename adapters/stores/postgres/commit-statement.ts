/**
 * Commits as one statement each, so that a commit is one round trip and one transaction. First the lease's row is locked
 * and its token compared; every other part writes only where that is the one.
 */

import type { CommitPlan } from "./commit-plan.ts";
import type { Statement } from "./database.ts";
import { summaryTypes, valuesOf } from "./summary-row.ts";
import type { Tables } from "./tables.ts";
import { TextPack } from "./text-pack.ts";

/** What entitles a writer. */
export interface Entitlement {
	readonly key: string;
	readonly token: number;
}

interface Shape {
	readonly isMany: boolean;
	readonly isLeased: boolean;
	readonly origins: boolean;
	readonly checkpoints: boolean;
	readonly log: boolean;
	readonly results: boolean;
}

/** Makes the statements, and remembers their texts: the server keeps one prepared plan for each shape. */
export class CommitStatements {
	readonly #tables: Tables;
	readonly #isLazy: boolean;
	readonly #texts = new Map<string, string>();

	/** @param isLazy whether the server may say that a commit is done before it is on its disk */
	constructor(tables: Tables, isLazy: boolean) {
		this.#tables = tables;
		this.#isLazy = isLazy;
	}

	/** Gives one row with `entitled`; false: nothing was written. */
	statement(plan: CommitPlan, lease: Entitlement | null): Statement {
		const { executions, origins, checkpoints, log, results } = plan;
		const shape: Shape = {
			isMany: executions.length > 1 || checkpoints.length > 1 || log.length > 1,
			isLeased: lease !== null,
			origins: origins.length > 0,
			checkpoints: checkpoints.length > 0,
			log: log.length > 0,
			results: results.length > 0,
		};
		const name = `flatstate_commit_${Object.values(shape).map(Number).join("")}`;
		let text = this.#texts.get(name);
		if (text === undefined) {
			text = commitText(shape, this.#tables, this.#isLazy);
			this.#texts.set(name, text);
		}
		const entitlement = lease === null ? [] : [lease.key, lease.token];
		return { name, text, values: [...entitlement, ...(shape.isMany ? manyValues(plan) : oneValues(plan))] };
	}
}

/** The values of one execution: plain parameters, which cost the least (measured: 60 µs less than arrays). */
function oneValues({ executions, origins, checkpoints, log, results }: CommitPlan): unknown[] {
	return [
		...executions.flatMap((row) => [...valuesOf(row), row.latest_key, row.summary]),
		...origins.flatMap(({ id, text }) => [id, text]),
		...checkpoints.flatMap(({ key, text, progress }) => [key, text, progress]),
		...log.flatMap(({ id, step, text }) => [id, step, text]),
		...results.flatMap(({ id, text }) => [id, text]),
	];
}

/** Arrays for what is short; all long texts in one run of bytes, since quotes in arrays would be escaped one by one. */
function manyValues({ executions, origins, checkpoints, log, results }: CommitPlan): unknown[] {
	const pack = new TextPack();
	const values = [
		...Object.keys(summaryTypes).map((_, column) => executions.map((row) => valuesOf(row)[column])),
		executions.map((row) => row.latest_key),
		...pack.add(executions.map((row) => row.summary)),
		...(origins.length > 0 ? [idsOf(origins), ...pack.add(textsOf(origins))] : []),
		...(checkpoints.length > 0
			? [
					checkpoints.map(({ key }) => key),
					...pack.add(textsOf(checkpoints)),
					...pack.add(checkpoints.map(({ progress }) => progress)),
				]
			: []),
		...(log.length > 0 ? [idsOf(log), log.map(({ step }) => step), ...pack.add(textsOf(log))] : []),
		...(results.length > 0 ? [idsOf(results), ...pack.add(textsOf(results))] : []),
	];
	return [pack.bytes(), ...values];
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
	return rows.map(({ id }) => id);
}

function textsOf(rows: readonly { readonly text: string }[]): string[] {
	return rows.map(({ text }) => text);
}

type Columns = Readonly<Record<string, string>>;

/** Numbers the parameters of a statement in the order in which their values are given. */
class Source {
	readonly #isMany: boolean;
	#last = 0;
	#pack = "";

	constructor(isMany: boolean) {
		this.#isMany = isMany;
	}

	next(type: string): string {
		return `$${++this.#last}::${type}`;
	}

	/** To be called before the first table. */
	begin(): void {
		if (this.#isMany) this.#pack = this.next("bytea");
	}

	/** A table of the given rows; `long` columns are texts that come packed. */
	rows(short: Columns, long: readonly string[]): string {
		if (!this.#isMany) {
			const all = { ...short, ...Object.fromEntries(long.map((column) => [column, "text"])) };
			const list = Object.entries(all).map(([column, type]) => `${this.next(type)} AS ${column}`);
			return `(SELECT ${list.join(", ")}, 1 AS place) AS source`;
		}
		const columns = Object.keys(short);
		const lists = Object.values(short).map((type) => this.next(`${type}[]`));
		const bounds = long.flatMap((column) => [`${column}_from`, `${column}_bytes`]);
		const boundLists = bounds.map(() => this.next("integer[]"));
		const texts = long.map(
			(column) => `convert_from(substring(${this.#pack} FROM ${column}_from FOR ${column}_bytes), 'UTF8') AS ${column}`,
		);
		return `(SELECT ${[...columns, ...texts].join(", ")}, place
			FROM unnest(${[...lists, ...boundLists].join(", ")}) WITH ORDINALITY
			AS packed (${[...columns, ...bounds].join(", ")}, place)) AS source`;
	}
}

function commitText(shape: Shape, tables: Tables, isLazy: boolean): string {
	const source = new Source(shape.isMany);
	const parts: string[] = [];
	let condition = "";
	if (shape.isLeased) {
		parts.push(
			`lease AS MATERIALIZED (SELECT 1 FROM ${tables.leases}
				WHERE key = ${source.next("text")} AND token = ${source.next("bigint")} FOR NO KEY UPDATE)`,
			"entitled AS MATERIALIZED (SELECT EXISTS (SELECT 1 FROM lease) AS yes)",
		);
		condition = "WHERE (SELECT yes FROM entitled)";
	}
	source.begin();
	const columns = Object.keys(summaryTypes);
	const changing = columns.filter((column) => column !== "id");
	parts.push(`execution AS (
		INSERT INTO ${tables.executions} AS stored (${columns.join(", ")}, latest_key, summary, updated_hour, committed)
		SELECT ${columns.join(", ")}, latest_key, summary, updated_at / 3600000, true
		FROM ${source.rows({ ...summaryTypes, latest_key: "text" }, ["summary"])} ${condition}
		ON CONFLICT (id) DO UPDATE SET ${changing.map((column) => `${column} = excluded.${column}`).join(", ")},
			latest_key = coalesce(excluded.latest_key, stored.latest_key),
			summary = excluded.summary, updated_hour = excluded.updated_hour, committed = true)`);
	if (shape.origins) {
		parts.push(`origin AS (
			INSERT INTO ${tables.origins} (id, body) SELECT id, body
			FROM ${source.rows({ id: "text" }, ["body"])} ${condition}
			ON CONFLICT (id) DO UPDATE SET body = excluded.body)`);
	}
	if (shape.checkpoints) {
		parts.push(`checkpoint AS (
			INSERT INTO ${tables.checkpoints} (key, body, progress) SELECT key, body, progress
			FROM ${source.rows({ key: "text" }, ["body", "progress"])} ${condition} ORDER BY place
			ON CONFLICT (key) DO UPDATE SET
				seq = excluded.seq, body = excluded.body, bytes = NULL, progress = excluded.progress)`);
	}
	if (shape.log) {
		parts.push(`log AS (
			INSERT INTO ${tables.log} (execution_id, step, body) SELECT id, step, body
			FROM ${source.rows({ id: "text", step: "bigint" }, ["body"])} ${condition} ORDER BY place)`);
	}
	let told = "";
	if (shape.results) {
		parts.push(`result AS (
			INSERT INTO ${tables.results} (execution_id, path, body) SELECT id, 'result', body
			FROM ${source.rows({ id: "text" }, ["body"])} ${condition}
			ON CONFLICT (execution_id, path) DO UPDATE SET body = excluded.body
			RETURNING ${resultNotice(tables)})`);
		told = ", (SELECT count(*) FROM result) AS told";
	}
	const durability = isLazy ? ", set_config('synchronous_commit', 'off', true) AS durability" : "";
	const answer = shape.isLeased ? "(SELECT yes FROM entitled)" : "true";
	return `WITH ${parts.join(",\n")}\nSELECT ${answer} AS entitled${told}${durability}`;
}

/** Tells who waits for a result, by a hash, since notices are short. To be called with the columns of the results. */
export function resultNotice(tables: Tables): string {
	return `pg_notify('${tables.notices}',
		'r' || encode(sha256(convert_to(execution_id || chr(10) || path, 'UTF8')), 'hex'))`;
}
