import { describe, expect, test } from "vitest";
import type { ProfilesPlan } from "../../compiler/plan/plan.ts";
import { normaliseCatalog } from "../../compiler/profiles/catalog.ts";
import { ProfileError, resolveModel, resolveProfile } from "../../compiler/profiles/resolve.ts";

const catalog = (extra: Partial<ProfilesPlan> = {}): ProfilesPlan => ({
	profiles: {
		base: { provider: "openai", name: "small", temperature: 0.5 },
		big: { name: "big" },
		full: { type: "llm", model: { name: "wrapped", top_p: 1 } },
		claude: { type: "claude-code", model: "opus", effort: "high" },
	},
	default: null,
	override: null,
	...extra,
});
const codeOf = (run: () => unknown): string | undefined => {
	try {
		run();
		return undefined;
	} catch (error) {
		return error instanceof ProfileError ? error.code : String(error);
	}
};

describe("a catalog", () => {
	test("may be wrapped or bare", () => {
		const bare = { model_profiles: { a: { name: "m" }, broken: 5 }, default: "a" };
		const expected = { profiles: { a: { name: "m" } }, default: "a", override: null };
		expect(normaliseCatalog(bare)).toEqual(expected);
		expect(normaliseCatalog({ spec: "flatprofile", data: bare }, "p.yml")).toEqual({ ...expected, file: "p.yml" });
	});

	test("of nonsense is empty", () => {
		for (const value of [null, 5, [], { data: 5 }, { model_profiles: [] }]) {
			expect(normaliseCatalog(value)).toEqual({ profiles: {}, default: null, override: null });
		}
	});
});

describe("the model of a legacy agent", () => {
	test("by name", () => {
		expect(resolveModel(catalog(), "big")).toEqual({ model: { name: "big" }, warnings: [] });
	});

	test("lies on the default profile, also where it is inline", () => {
		const withDefault = catalog({ default: "base" });
		expect(resolveModel(withDefault, "big").model).toEqual({ provider: "openai", name: "big", temperature: 0.5 });
		expect(resolveModel(withDefault, { name: "mine" }).model).toEqual({
			provider: "openai",
			name: "mine",
			temperature: 0.5,
		});
		expect(resolveModel(withDefault, undefined).model).toEqual({ provider: "openai", name: "small", temperature: 0.5 });
	});

	test("takes further keys beside `profile`, but for null", () => {
		expect(resolveModel(catalog(), { profile: "base", temperature: 0, provider: null }).model).toEqual({
			provider: "openai",
			name: "small",
			temperature: 0,
		});
	});

	test("is updated by the override profile, other keys stay", () => {
		expect(resolveModel(catalog({ override: "big" }), { profile: "base", seed: 1 }).model).toEqual({
			provider: "openai",
			name: "big",
			temperature: 0.5,
			seed: 1,
		});
	});

	test("may come from a profile of type llm", () => {
		expect(resolveModel(catalog(), { profile: "full", seed: 1 }).model).toEqual({ name: "wrapped", top_p: 1, seed: 1 });
	});

	test("without a catalog may be inline or absent, but not named", () => {
		expect(resolveModel(undefined, { name: "m" }).model).toEqual({ name: "m" });
		expect(resolveModel(undefined, undefined).model).toEqual({});
		expect(codeOf(() => resolveModel(undefined, "big"))).toBe("no_catalog");
	});

	test("that is not in the catalog is an error, or a warning where a default stands in", () => {
		expect(codeOf(() => resolveModel(catalog(), "none"))).toBe("profile_not_found");
		const { model, warnings } = resolveModel(catalog({ default: "big" }), "none");
		expect(model).toEqual({ name: "big" });
		expect(warnings).toHaveLength(1);
	});

	test("a default that does not exist is a warning, an override that does not exist an error", () => {
		expect(resolveModel(catalog({ default: "none" }), "big").warnings).toHaveLength(1);
		expect(() => resolveModel(catalog({ override: "none" }), "big")).toThrow(/available: base, big, full, claude/);
	});

	test("names of JavaScript's own are no profiles", () => {
		expect(codeOf(() => resolveModel(catalog(), "constructor"))).toBe("profile_not_found");
		expect(codeOf(() => resolveModel(catalog(), "__proto__"))).toBe("profile_not_found");
	});
});

describe("the profile of a bundle", () => {
	test("by name: a bare model is an llm, other types keep their keys", () => {
		expect(resolveProfile(catalog(), "big")).toEqual({ type: "llm", model: { name: "big" }, warnings: [] });
		expect(resolveProfile(catalog(), "full")).toEqual({
			type: "llm",
			model: { name: "wrapped", top_p: 1 },
			warnings: [],
		});
		expect(resolveProfile(catalog(), "claude")).toEqual({
			type: "claude-code",
			model: { model: "opus", effort: "high" },
			warnings: [],
		});
	});

	test("inline: its default, or its only profile", () => {
		const inline = (data: object) => resolveProfile(undefined, { spec: "flatprofile", data });
		const profiles = { a: { name: "a" }, b: { name: "b" } };
		expect(inline({ model_profiles: profiles, default: "b" }).model).toEqual({ name: "b" });
		expect(inline({ model_profiles: { a: { name: "a" } } }).model).toEqual({ name: "a" });
		expect(codeOf(() => inline({ model_profiles: profiles }))).toBe("invalid_profile");
	});

	test("of any other shape is an error", () => {
		for (const profile of [undefined, null, 5, { name: "m" }]) {
			expect(codeOf(() => resolveProfile(catalog(), profile))).toBe("invalid_profile");
		}
	});
});
