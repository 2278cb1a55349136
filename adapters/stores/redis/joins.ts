/** Joins in Redis: a hash for each, which scripts change. */
import type { JoinBackend, JoinedMember, JoinState, OpenJoin } from "../../../runtime/fleet/join-backend.ts";
import type { RedisConnection } from "./connection.ts";
import {
	closeJoinScript,
	endScript,
	idleJoinsScript,
	joinStateScript,
	openJoinScript,
	outcomesScript,
} from "./join-scripts.ts";
import { texts } from "./reply.ts";
import type { Script } from "./script.ts";

export class RedisJoins implements JoinBackend {
	readonly #connection: RedisConnection;
	readonly #now: () => number;

	/** @param now milliseconds since 1970 */
	constructor(connection: RedisConnection, now: () => number) {
		this.#connection = connection;
		this.#now = now;
	}

	async open({ id, executionId, needed, held, wake }: OpenJoin): Promise<void> {
		await this.#run("write", openJoinScript, [id, executionId, String(needed), wake, String(this.#now()), ...held]);
	}

	async end(id: string, member: string, outcome: string): Promise<readonly string[] | null> {
		const due = await this.#run("write", endScript, [id, member, outcome, String(this.#now())]);
		return Array.isArray(due) ? texts(due) : null;
	}

	async state(id: string): Promise<JoinState | null> {
		const reply = await this.#run("read", joinStateScript, [id]);
		const [executionId, needed, ended, wake]: unknown[] = Array.isArray(reply) ? reply : [];
		if (typeof executionId !== "string" || typeof wake !== "string") return null;
		return { executionId, needed: Number(needed), ended: Number(ended), wake };
	}

	async outcomes(id: string, from: number, limit: number): Promise<readonly JoinedMember[]> {
		const list = texts(await this.#run("read", outcomesScript, [id, String(from), String(limit)]));
		return Array.from({ length: list.length / 2 }, (_, n) => ({
			member: list[2 * n] ?? "",
			outcome: list[2 * n + 1] ?? "",
		}));
	}

	async close(id: string): Promise<void> {
		await this.#run("write", closeJoinScript, [id]);
	}

	async idle(before: number, limit: number): Promise<readonly string[]> {
		return texts(await this.#run("write", idleJoinsScript, [String(before), String(limit), String(this.#now())]));
	}

	#run(kind: "read" | "write", task: Script, args: readonly string[]): Promise<unknown> {
		return this.#connection.gate.run(() => this.#connection.script(kind, task, args));
	}
}
