import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { duration, rateLimit, wholeNumber } from "../../src/cli/option-values.ts";

describe("durations", () => {
	it.each([
		["30s", 30],
		["15m", 900],
		["15min", 900],
		["12h", 43_200],
		["7d", 604_800],
		["2w", 1_209_600],
		["1d12h", 129_600],
		["1 d 12 h", 129_600],
		["0.5h", 1800],
		["0s", 0],
	])("reads %j as %d seconds", (text, seconds) => {
		expect(duration(text)).toBe(seconds);
	});

	it.each(["", "d", "7 days", "-7d", "7d!", "x7d", "7y", "1e3s", "Infinity", "99999999w"])("refuses %j", (text) => {
		expect(() => duration(text)).toThrow(
			new InvalidArgumentError("Expected a duration such as 30s, 15m, 12h, 7d, 2w or 1d12h."),
		);
	});

	it("says of a number alone that its unit is missing", () => {
		expect(() => duration("7")).toThrow("It lacks the unit.");
	});
});

describe("whole numbers", () => {
	it("begin with 0", () => {
		expect(wholeNumber("0")).toBe(0);
		expect(wholeNumber("17")).toBe(17);
	});

	it.each(["-1", "1.5", "", "one", "99999999999999999999"])("are not %j", (text) => {
		expect(() => wholeNumber(text)).toThrow("Expected a whole number from 0 up.");
	});
});

describe("rate limits", () => {
	it("are read one after the other", () => {
		const first = rateLimit("api.openai.com=500/60");
		expect(rateLimit("*=10/0.5", first)).toEqual([
			{ match: "api.openai.com", requests: 500, seconds: 60 },
			{ match: "*", requests: 10, seconds: 0.5 },
		]);
		expect(rateLimit("127.0.0.1:8080=1/1")).toEqual([{ match: "127.0.0.1:8080", requests: 1, seconds: 1 }]);
	});

	it.each(["", "500/60", "a=500", "a=0/60", "a=1/0", "a=-1/60", "https://a=1/1", "a=1.5/1"])("are not %j", (text) => {
		expect(() => rateLimit(text)).toThrow("Expected HOST=REQUESTS/SECONDS, such as api.openai.com=500/60");
	});
});
