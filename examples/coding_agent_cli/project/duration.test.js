import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "./duration.js";

test("reads one part", () => assert.equal(parseDuration("45s"), 45));
test("reads several parts", () => assert.equal(parseDuration("1h30m"), 5400));
