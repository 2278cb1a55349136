/** What every store that has joins has to do for executions that wait for others. */
import { describe, expect, it } from "vitest";
import type { JoinBackend, OpenJoin } from "../../../runtime/fleet/join-backend.ts";
import type { Store } from "../../../runtime/store/store.ts";
import { joinModelContract } from "./joins-model.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { commit, commitOf, longText, oddNames } from "./samples.ts";

export function joinContract(name: string, opener: StoreOpener): void {
	joinModelContract(name, opener);
	describe(`${name} as a join backend`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const stores = await openStores();
			return {
				...stores,
				joins: joinsOf(stores.store),
				other: joinsOf(stores.other),
				persistence: stores.store.persistence,
			};
		}

		it("gives each end the held job of its rank, and the last one the job that wakes", async () => {
			const { joins, other } = await open();
			await joins.open(joinOf({ needed: 4, held: ["j0", "j1"] }));
			expect(await joins.end("j", "a", "A")).toEqual(["j0"]);
			expect(await other.end("j", "b", "B")).toEqual(["j1"]);
			expect(await joins.end("j", "c", "C")).toEqual([]);
			expect(await joins.state("j")).toEqual({ executionId: "e", needed: 4, ended: 3, wake: "wake" });
			expect(await other.end("j", "d", "D")).toEqual(["wake"]);
			expect(await other.state("j")).toEqual({ executionId: "e", needed: 4, ended: 4, wake: "wake" });
		});

		it("tells an end that is said again the same, and to wake whom nobody may have woken", async () => {
			const { joins, other } = await open();
			await joins.open(joinOf({ needed: 3, held: ["j0"] }));
			await joins.end("j", "a", "A");
			expect(await other.end("j", "a", "another outcome")).toEqual(["j0"]);
			await joins.end("j", "b", "B");
			expect(await joins.end("j", "b", "B")).toEqual([]);
			expect(await joins.end("j", "c", "C")).toEqual(["wake"]);
			expect(await other.end("j", "a", "A")).toEqual(["j0", "wake"]);
			expect(await other.end("j", "b", "B")).toEqual(["wake"]);
			expect(await joins.end("j", "c", "C")).toEqual(["wake"]);
			expect((await joins.state("j"))?.ended).toBe(3);
			expect(await joins.outcomes("j", 0, 10)).toEqual([
				{ member: "a", outcome: "A" },
				{ member: "b", outcome: "B" },
				{ member: "c", outcome: "C" },
			]);
		});

		it("is completed by the first end where one is needed, records later ones and lets nothing more go", async () => {
			const { joins, other } = await open();
			await joins.open(joinOf({ needed: 1, held: ["j0", "j1", "j2"] }));
			expect(await joins.end("j", "a", "A")).toEqual(["wake"]);
			expect(await other.end("j", "b", "B")).toEqual([]);
			expect(await joins.end("j", "c", "C")).toEqual([]);
			for (const member of ["a", "b", "c"]) expect(await other.end("j", member, "again")).toEqual(["wake"]);
			expect((await other.outcomes("j", 0, 10)).map(({ outcome }) => outcome)).toEqual(["A", "B", "C"]);
			expect((await other.state("j"))?.ended).toBe(3);
		});

		it("says of a join that is not open that it is not", async () => {
			const { joins } = await open();
			for (const id of ["j", "", ...oddNames, longText, "\0", "\ud83d"]) {
				expect(await joins.end(id, "a", "A")).toBeNull();
				expect(await joins.state(id)).toBeNull();
				expect(await joins.outcomes(id, 0, 10)).toEqual([]);
				await joins.close(id);
			}
			expect(await joins.idle(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
		});

		it("changes nothing of a join that is opened again, and opens it anew once it is closed", async () => {
			const { joins, other, clock } = await open();
			const opened = clock.now();
			await joins.open(joinOf({ needed: 2, held: ["j0"] }));
			await joins.end("j", "a", "A");
			clock.advance(1000);
			await other.open(joinOf({ executionId: "x", needed: 5, held: ["x0", "x1"], wake: "x" }));
			expect(await joins.state("j")).toEqual({ executionId: "e", needed: 2, ended: 1, wake: "wake" });
			expect(await joins.end("j", "a", "A")).toEqual(["j0"]);
			expect(await joins.idle(opened + 1, 10)).toEqual(["j"]);
			await other.close("j");
			expect(await joins.state("j")).toBeNull();
			expect(await joins.end("j", "b", "B")).toBeNull();
			expect(await joins.outcomes("j", 0, 10)).toEqual([]);
			await joins.open(joinOf({ executionId: "x", needed: 2, held: [], wake: "x" }));
			expect(await other.end("j", "a", "new")).toEqual([]);
			expect(await other.end("j", "b", "B")).toEqual(["x"]);
			expect((await other.outcomes("j", 0, 10))[0]).toEqual({ member: "a", outcome: "new" });
		});

		it("keeps joins, members and texts of all kinds apart", async () => {
			const { joins, other } = await open();
			const texts = [...oddNames, "line\nline\r\n\ttab", '{"__proto__":1}', "0", "", "🎉\u2028'\"\\"];
			const names = [...oddNames, "line\nline", "0", "h0", "ended", "toString"];
			for (const name of names) {
				await joins.open({
					id: name,
					executionId: `${name}!`,
					needed: texts.length,
					held: texts,
					wake: `wake ${name}`,
				});
			}
			for (const name of names) {
				expect(await other.end(name, name, name)).toEqual([texts[0]]);
				expect(await other.end(name, "needed", "")).toEqual([texts[1]]);
				expect(await other.end(name, "wake", longText)).toEqual([texts[2]]);
				const state = { executionId: `${name}!`, needed: texts.length, wake: `wake ${name}` };
				expect(await other.state(name)).toEqual({ ...state, ended: 3 });
				expect((await other.outcomes(name, 0, 2)).map(({ outcome }) => outcome)).toEqual([name, ""]);
				expect((await other.outcomes(name, 2, 1))[0]?.outcome === longText).toBe(true);
			}
			expect([...(await joins.idle(Number.MAX_SAFE_INTEGER, 100))].sort()).toEqual([...names].sort());
		});

		it("gives those that ended in their order, page by page", async () => {
			const { joins, other } = await open();
			await joins.open(joinOf({ needed: 30 }));
			const members = Array.from({ length: 25 }, (_, n) => `m${(n * 7) % 25}`);
			for (const member of members) await joins.end("j", member, `of ${member}`);
			const page = async (from: number, limit: number) =>
				(await other.outcomes("j", from, limit)).map(({ member }) => member);
			expect(await page(0, 10)).toEqual(members.slice(0, 10));
			expect(await page(10, 10)).toEqual(members.slice(10, 20));
			expect(await page(20, 10)).toEqual(members.slice(20));
			expect(await page(25, 10)).toEqual([]);
			expect(await page(3, 0)).toEqual([]);
		});

		it("gives idle joins oldest first, and each again only after a time", async () => {
			const { joins, other, clock } = await open();
			const start = clock.now();
			for (const id of ["c", "a", "b"]) {
				await joins.open(joinOf({ id, needed: 2 }));
				clock.advance(40_000);
			}
			expect(await joins.idle(start, 10)).toEqual([]);
			expect(await joins.idle(start + 1, 10)).toEqual(["c"]);
			expect(await other.idle(clock.now(), 10)).toEqual(["a", "b"]);
			clock.advance(1000);
			expect(await other.idle(clock.now(), 2)).toHaveLength(2);
			expect(await joins.idle(clock.now(), 2)).toHaveLength(1);
			expect(await joins.idle(clock.now(), 2)).toEqual([]);
			clock.advance(1000);
			await joins.end("b", "m", "M");
			expect(await joins.idle(clock.now(), 10)).toEqual(["a", "c"]);
			clock.advance(1000);
			// What is said again is nothing new.
			await joins.end("b", "m", "M");
			await joins.close("a");
			expect(await joins.idle(clock.now(), 10)).toEqual(["b", "c"]);
		});

		it("gives an idle join to one of many who ask at the same time", async () => {
			const { joins, other, clock } = await open();
			const ids = Array.from({ length: 20 }, (_, n) => `j${n}`);
			for (const id of ids) await joins.open(joinOf({ id }));
			clock.advance(1000);
			const asked = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? joins : other).idle(clock.now(), 3));
			const given = (await Promise.all(asked)).flat();
			expect(new Set(given).size).toBe(given.length);
			const rest = await joins.idle(clock.now(), 20);
			expect([...given, ...rest].sort()).toEqual([...ids].sort());
		});

		it("counts 100 members that end at the same time, from everywhere and twice, each once", async () => {
			const { joins, other } = await open();
			const held = Array.from({ length: 90 }, (_, n) => `h${n}`);
			await Promise.all([joins, other].map((each) => each.open(joinOf({ needed: 100, held }))));
			const members = Array.from({ length: 100 }, (_, n) => `m${n}`);
			const end = (member: string, n: number) => (n % 2 === 0 ? joins : other).end("j", member, `of ${member}`);
			const told = await Promise.all([...members, ...members.slice(0, 20)].map(end));
			const ranked = await joins.outcomes("j", 0, 200);
			expect(ranked.map(({ member }) => member).sort()).toEqual([...members].sort());
			expect((await other.state("j"))?.ended).toBe(100);
			const given = [...new Set(told.flatMap((jobs) => jobs ?? []))];
			expect(given.sort()).toEqual([...held, "wake"].sort());
			for (const [rank, { member, outcome }] of ranked.entries()) {
				expect(outcome).toBe(`of ${member}`);
				const due = rank < 90 ? [`h${rank}`] : [];
				expect(await other.end("j", member, "again")).toEqual([...due, "wake"]);
			}
			await joins.open(joinOf({ id: "once", needed: 100, held }));
			const ends = members.map((member, n) => (n % 2 === 0 ? joins : other).end("once", member, ""));
			const once = (await Promise.all(ends)).flatMap((jobs) => jobs ?? []);
			// Each job once, so one is told to wake.
			expect(once.sort()).toEqual([...held, "wake"].sort());
		});

		it("counts no end in a join that is closed at the same time", async () => {
			const { joins, other } = await open();
			await joins.open(joinOf({ needed: 50 }));
			const ends = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? joins : other).end("j", `m${n}`, ""));
			await Promise.all([...ends, other.close("j")]);
			await joins.open(joinOf({ needed: 50 }));
			expect((await joins.state("j"))?.ended).toBe(0);
			expect(await joins.outcomes("j", 0, 10)).toEqual([]);
		});

		it("holds 10,000 jobs of 1 KB", async () => {
			const { joins, other } = await open();
			const held = Array.from({ length: 10_000 }, (_, n) => `${n}:${'"x🎉'.repeat(170)}`);
			await joins.open(joinOf({ needed: 10_001, held }));
			for (let n = 0; n < 3; n++) expect((await other.end("j", `m${n}`, "")) ?? []).toEqual([held[n]]);
			await other.close("j");
			expect(await joins.state("j")).toBeNull();
		});

		it("closes the joins of an execution that is deleted or pruned, and of its children", async () => {
			const { joins, other, persistence } = await open();
			await commit(persistence, [
				commitOf({ id: "e" }),
				commitOf({ id: "kid", parent: "e", root: "e" }),
				commitOf({ id: "f" }),
			]);
			await joins.open(joinOf({ id: "1", held: ["h"] }));
			await joins.open(joinOf({ id: "2", executionId: "kid" }));
			await joins.open(joinOf({ id: "3", executionId: "f" }));
			await joins.end("1", "m", "M");
			await persistence.deleteExecution("e");
			expect(await other.state("1")).toBeNull();
			expect(await other.end("1", "m", "M")).toBeNull();
			expect(await other.state("2")).toBeNull();
			expect((await other.state("3"))?.executionId).toBe("f");
			await persistence.prune({ maxCount: 0 });
			expect(await other.state("3")).toBeNull();
			expect(await other.idle(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
		});
	});
}

/** The joins of a store that says that it has them. */
export function joinsOf(store: Store): JoinBackend {
	if (store.joins === undefined)
		throw new Error(`${store.name} has no joins, though its abilities say \`fleet: true\``);
	return store.joins;
}

function joinOf(join: Partial<OpenJoin> = {}): OpenJoin {
	return { id: "j", executionId: "e", needed: 2, held: [], wake: "wake", ...join };
}
