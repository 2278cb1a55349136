/** The sorted sets on a Keyv hold what a set would, in order, also where they have grown beyond one row. */
import fc from "fast-check";
import { Keyv } from "keyv";
import { expect, it } from "vitest";
import { sharedOf } from "../../adapters/stores/keyv/shared.ts";
import { addMember, firstMember, membersOf, type Range, removeMember } from "../../adapters/stores/keyv/sorted-sets.ts";

const set = { name: "test", value: "v" };

interface Change {
	readonly add: boolean;
	readonly from: number;
	readonly count: number;
	readonly stride: number;
}

const changes: fc.Arbitrary<Change[]> = fc.array(
	fc.record({
		add: fc.boolean(),
		from: fc.nat(900),
		count: fc.integer({ min: 1, max: 250 }),
		stride: fc.integer({ min: 1, max: 7 }),
	}),
	{ maxLength: 12 },
);

const ranges = fc.array(
	fc.record({ after: fc.nat(3000).map(nameOf), below: fc.nat(3000).map(nameOf) }, { requiredKeys: [] }),
	{ maxLength: 5 },
);

it("holds what a set holds, whatever was added and removed", async () => {
	const agrees = async (steps: readonly Change[], asked: readonly Range[]) => {
		const shared = sharedOf(new Keyv(), "test");
		const model = new Set<string>();
		for (const { add, from, count, stride } of steps) {
			const names = Array.from({ length: count }, (_, index) => nameOf(from + index * stride));
			await shared.transact(async (rows) => {
				for (const name of names) await (add ? addMember : removeMember)(rows, set, name);
			});
			for (const name of names) add ? model.add(name) : model.delete(name);
		}
		const sorted = [...model].sort();
		for (const range of [{}, ...asked]) {
			const { after = "", below = "~" } = range;
			const found = await shared.transact(async (rows) => {
				const members: string[] = [];
				for await (const member of membersOf(rows, set, range)) members.push(member);
				return members;
			});
			expect(found).toEqual(sorted.filter((name) => name > after && name < below));
		}
		expect(await shared.transact((rows) => firstMember(rows, set))).toBe(sorted[0]);
	};
	await fc.assert(fc.asyncProperty(changes, ranges, agrees), { numRuns: 40 });
});

it("leaves no row behind when it is empty", async () => {
	const data = new Map<string, unknown>();
	const shared = sharedOf(new Keyv({ store: data }), "test");
	const names = Array.from({ length: 500 }, (_, n) => nameOf((n * 7919) % 500));
	await shared.transact(async (rows) => {
		for (const name of names) await addMember(rows, set, name);
	});
	expect(data.size).toBeGreaterThan(4);
	await shared.transact(async (rows) => {
		for (const name of names) await removeMember(rows, set, name);
	});
	expect([...data.keys()]).toEqual([]);
});

function nameOf(n: number): string {
	return `n${String(n).padStart(5, "0")}`;
}
