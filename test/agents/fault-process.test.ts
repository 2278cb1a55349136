/** A failed call leaves nothing behind: no rejection that nobody handles, no socket or timer that keeps a process alive. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type MockAnswer, startMockModel } from "../../adapters/mock-model/index.ts";
import { endOf, startCommand } from "../cli/built-command.ts";
import { faults, silences } from "./fault-cells.ts";

const program = fileURLToPath(new URL("fault-process.mjs", import.meta.url));

test("a process in which every kind of call has failed ends by itself, with nothing on stderr", async () => {
	// Those that ask to be left alone would be, for seconds: rate-gate.test.ts has them on a clock of its own.
	const failing = faults.filter(({ error, limits }) => error.code !== "rate_limit" && !limits);
	const script: MockAnswer[] = [
		...failing.flatMap(({ answer, streamed = answer }) => [answer, streamed]),
		...silences.flatMap(({ answer }) => [answer, answer]),
	];
	await using model = await startMockModel({ script });
	const child = startCommand(process.execPath, [program, model.url, String(script.length / 2)]);
	expect(await endOf(child)).toEqual({ code: 0, stdout: `${script.length}\n`, stderr: "" });
	expect(model.requests).toHaveLength(script.length);
	const outcomes = await Promise.all(model.requests.map(({ outcome }) => outcome));
	expect(outcomes.filter((outcome) => outcome === "abandoned")).toHaveLength(silences.length * 2);
});
