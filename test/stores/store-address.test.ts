import { join, resolve } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { StoreError } from "../../runtime/store/errors.ts";
import { openStore, parseStoreUrl } from "../../src/open-store.ts";

const here = process.cwd();

function errorOf(url: string): unknown {
	try {
		return parseStoreUrl(url);
	} catch (error) {
		return error;
	}
}

describe("addresses of stores", () => {
	it.each([
		["memory:", { kind: "memory" }],
		[" Memory:// ", { kind: "memory" }],
		["file:runs", { kind: "file", path: join(here, "runs"), powerLoss: undefined }],
		["file:./a b/%41", { kind: "file", path: join(here, "a b/%41"), powerLoss: undefined }],
		["file:../runs", { kind: "file", path: resolve(here, "../runs"), powerLoss: undefined }],
		["file:/var/runs/", { kind: "file", path: "/var/runs", powerLoss: undefined }],
		["file:///var/my%20runs", { kind: "file", path: "/var/my runs", powerLoss: undefined }],
		["file:runs?durability=power", { kind: "file", path: join(here, "runs"), powerLoss: true }],
		["sqlite:runs.db?durability=process", { kind: "sqlite", path: join(here, "runs.db"), powerLoss: false }],
		["sqlite:///var/runs.db?", { kind: "sqlite", path: "/var/runs.db", powerLoss: undefined }],
		["redis://localhost:6379/1", { kind: "redis", url: "redis://localhost:6379/1" }],
		["redis://h?prefix=mine", { kind: "redis", url: "redis://h?prefix=mine" }],
		["rediss://u:p@h", { kind: "redis", url: "rediss://u:p@h" }],
		["postgres://u:p@h/d?sslmode=require", { kind: "postgres", url: "postgres://u:p@h/d?sslmode=require" }],
		["postgresql:///d", { kind: "postgres", url: "postgresql:///d" }],
	])("takes %j apart", (url, address) => {
		expect(parseStoreUrl(url)).toEqual(address);
	});

	it.each([
		["", "it is empty"],
		["memory:x", "`memory:` takes no path"],
		["sqlite", "`sqlite` is not followed by a colon"],
		["file:", "`file:` is not followed by a path"],
		["sqlite:?durability=power", "`sqlite:` is not followed by a path"],
		["sqlite::memory:", "write `memory:`"],
		["sqlite:x.db?mode=ro", "has the parameter `durability` only"],
		["file:x?durability=full", "`durability` is `power` or `process`"],
		["file://host/share", "what follows `file://` is no path"],
		["sqlite://runs.db", "what follows `sqlite://` is no path"],
		["redis:localhost", "a `redis:` address is not a URL"],
		["redis://h?durability=power", "is set on the server"],
		["redis://a b", "a `redis:` address is not a URL"],
		["postgres:db", "is not followed by `//`"],
		["postgress://h/d", "`postgress:` is no kind of store; did you mean `postgres:`?"],
		["sqlite3:x.db", "`sqlite3:` is no kind of store; did you mean `sqlite:`?"],
		["mongodb://h/d", "`mongodb:` is no kind of store."],
		["runs/all.sqlite", "did you mean `sqlite:runs/all.sqlite`?"],
		["./runs", "did you mean `file:./runs`?"],
		["C:\\runs", "did you mean `file:C:\\runs`?"],
	])("refuses %j and says why, and what the forms are", (url, reason) => {
		const error = errorOf(url);
		expect(error).toMatchObject({ code: "invalid_store_url", message: expect.stringContaining(reason) });
		expect(String(error)).toMatch(/Expected memory:, file:DIR, sqlite:FILE, redis:.+, postgres:.+\.$/);
	});

	it.each([
		"postgress://user:secret@host/d",
		"redis://user:secret@ho st",
		"postgres:user:secret@host",
		"file://user:secret@host/x",
		"sqlite:x?password=secret",
		"user:secret@host/d",
		"//user:secret@host/d",
		"host?password=secret",
	])("never repeats the password of %j", (url) => {
		const error = errorOf(url);
		expect(error).toBeInstanceOf(StoreError);
		// What a log shows: the message, its cause, and every property of both.
		expect(inspect(error)).not.toContain("secret");
	});
});

describe("openStore", () => {
	it("rejects for an address that is none", async () => {
		await expect(openStore("somewhere")).rejects.toMatchObject({ code: "invalid_store_url" });
	});
});
