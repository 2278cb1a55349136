/** Random sequences of what is done with joins, against maps that do the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JoinedMember, OpenJoin } from "../../../runtime/fleet/join-backend.ts";
import { type StoreOpener, storesOf } from "./opener.ts";

type Step =
	| { readonly do: "open"; readonly join: OpenJoin }
	| { readonly do: "end"; readonly id: string; readonly member: string; readonly outcome: string }
	| { readonly do: "close"; readonly id: string }
	| { readonly do: "idle"; readonly age: number; readonly limit: number }
	| { readonly do: "outcomes"; readonly id: string; readonly from: number; readonly limit: number }
	| { readonly do: "wait"; readonly milliseconds: number };

const ids = ["a", "b", "c'"] as const;
const id = fc.constantFrom(...ids);
const member = fc.constantFrom("m", "n", "o", "p", "__proto__");
const text = fc.constantFrom("x", "", "🎉\n'", '{"a":1}');
const join: fc.Arbitrary<OpenJoin> = fc.record({
	id,
	executionId: fc.constantFrom("e", "f"),
	needed: fc.integer({ min: 1, max: 5 }),
	held: fc.array(text, { maxLength: 5 }),
	wake: fc.constantFrom("w", "v"),
});

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 3, arbitrary: fc.record({ do: fc.constant("open" as const), join }) },
	{ weight: 9, arbitrary: fc.record({ do: fc.constant("end" as const), id, member, outcome: text }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), id }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("idle" as const), age: fc.nat(90_000), limit: fc.nat(3) }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("outcomes" as const), id, from: fc.nat(4), limit: fc.nat(4) }) },
	{ weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), milliseconds: fc.nat(50_000) }) },
);

interface ModelJoin extends OpenJoin {
	touched: number;
	readonly ended: JoinedMember[];
}

export function joinModelContract(name: string, opener: StoreOpener): void {
	describe(`${name} as a join backend: any sequence`, () => {
		const open = storesOf(opener);

		it("of calls answers as maps do", async () => {
			const { store, other, clock } = await open();
			const agrees = async (steps: readonly Step[]) => {
				const model = new Map<string, ModelJoin>();
				for (const [index, each] of steps.entries()) {
					const { joins } = index % 2 === 0 ? store : other;
					if (each.do === "open") await joins?.open(each.join);
					else if (each.do === "end") {
						expect(await joins?.end(each.id, each.member, each.outcome)).toEqual(endOf(model, each, clock.now()));
					} else if (each.do === "close") await joins?.close(each.id);
					else if (each.do === "idle") {
						const before = clock.now() - each.age;
						expect(await joins?.idle(before, each.limit)).toEqual(idleOf(model, before, each.limit, clock.now()));
					} else if (each.do === "outcomes") {
						const { from, limit } = each;
						const expected = model.get(each.id)?.ended.slice(from, from + limit) ?? [];
						expect(await joins?.outcomes(each.id, from, limit)).toEqual(expected);
					} else clock.advance(each.milliseconds);
					if (each.do === "open" && !model.has(each.join.id)) {
						model.set(each.join.id, { ...each.join, touched: clock.now(), ended: [] });
					}
					if (each.do === "close") model.delete(each.id);
				}
				for (const each of ids) {
					const known = model.get(each);
					expect(await store.joins?.state(each)).toEqual(known === undefined ? null : stateOf(known));
					// For the next sequence, on the same store.
					await other.joins?.close(each);
				}
			};
			await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), agrees), { numRuns: 15 });
		});
	});
}

function stateOf({ executionId, needed, ended, wake }: ModelJoin) {
	return { executionId, needed, ended: ended.length, wake };
}

function endOf(
	model: ReadonlyMap<string, ModelJoin>,
	{ id, member, outcome }: { readonly id: string; readonly member: string; readonly outcome: string },
	now: number,
): readonly string[] | null {
	const join = model.get(id);
	if (join === undefined) return null;
	const isAgain = join.ended.some((each) => each.member === member);
	if (!isAgain) {
		join.ended.push({ member, outcome });
		join.touched = now;
	}
	const before = join.ended.findIndex((each) => each.member === member);
	const isComplete = join.ended.length >= join.needed;
	const completes = before === join.needed - 1;
	return [
		...(before < join.needed - 1 ? join.held.slice(before, before + 1) : []),
		...(isComplete && (isAgain || completes) ? [join.wake] : []),
	];
}

function idleOf(model: ReadonlyMap<string, ModelJoin>, before: number, limit: number, now: number): readonly string[] {
	const idle = [...model.values()].filter(({ touched }) => touched < before);
	idle.sort((a, b) => a.touched - b.touched || (a.id < b.id ? -1 : 1));
	const given = idle.slice(0, limit);
	for (const each of given) each.touched = now;
	return given.map(({ id }) => id);
}
