/** Joins in Postgres under many at once: what is closed leaves no row, and the same end by many is one. */
import { expect, it } from "vitest";
import { joinsOf } from "./contract/joins.ts";
import { commit, commitOf } from "./contract/samples.ts";
import { describePostgres } from "./postgres-harness.ts";

await describePostgres("joins in Postgres", (make) => {
	const held = Array.from({ length: 20 }, (_, n) => `h${n}`);

	const tables = ["joins", "join_held", "join_members"];
	const counts = tables.map((table) => `(SELECT count(*) FROM $schema.flatstate_${table})`);
	const rows = `SELECT (${counts.join(" + ")})::integer AS n`;

	it("leave no row where they are closed, or their execution is deleted, while members end, in 12 races", async () => {
		const { open, sql } = make();
		const stores = [await open(), await open()] as const;
		const [joins, other] = [joinsOf(stores[0]), joinsOf(stores[1])];
		for (let race = 0; race < 12; race++) {
			await commit(stores[0].persistence, [commitOf({ id: "a" })]);
			await joins.open({ id: "j", executionId: "a", needed: 40, held, wake: "w" });
			const ends = Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? joins : other).end("j", `m${n}`, "o"));
			// Not before some have come through.
			await ends[race % 10];
			await (race % 3 === 0 ? stores[0].persistence.deleteExecution("a") : other.close("j"));
			await Promise.all(ends);
			expect(await sql(rows)).toEqual([{ n: 0 }]);
		}
	});

	it("count a member once that many say has ended at the same time, in 10 races", async () => {
		const { open } = make();
		const [joins, other] = [joinsOf(await open()), joinsOf(await open())];
		// Each is said by both stores.
		const memberOf = (n: number) => `m${(n >> 1) % 2}`;
		for (let race = 0; race < 10; race++) {
			const id = `j${race}`;
			await joins.open({ id, executionId: "a", needed: 3, held, wake: "w" });
			const told = await Promise.all(
				Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? joins : other).end(id, memberOf(n), `o${n}`)),
			);
			expect((await joins.state(id))?.ended).toBe(2);
			const members = (await joins.outcomes(id, 0, 10)).map(({ member }) => member);
			for (const [n, due] of told.entries()) expect(due).toEqual([held[members.indexOf(memberOf(n))]]);
		}
	});

	it("tell each of the ends that one process says together what it makes due", async () => {
		const { open } = make();
		const joins = joinsOf(await open());
		await joins.open({ id: "j", executionId: "a", needed: 4, held: ["h0", "h1"], wake: "w" });
		// The first goes alone, the others wait for it.
		const told = await Promise.all(["a", "b", "c", "b", "d", "e", "a"].map((member) => joins.end("j", member, member)));
		expect(told).toEqual([["h0"], ["h1"], [], ["h1", "w"], ["w"], [], ["h0"]]);
		expect((await joins.outcomes("j", 0, 9)).map(({ outcome }) => outcome)).toEqual(["a", "b", "c", "d", "e"]);
		const unknown = ["a", "b", "b"].map((member) => joins.end("k", member, member));
		expect(await Promise.all(unknown)).toEqual([null, null, null]);
	});
});
