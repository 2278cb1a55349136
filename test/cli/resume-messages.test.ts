/** What `run`, `resume` and `replay` say to whoever typed them, where a store keeps the execution. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand } from "../docs/run-block.ts";
import { files, writerMachine } from "./files.ts";

const script = "writer: Tea.";

function folderWithMachine() {
	const folder = files({ "machine.yml": writerMachine, "answers.yml": script });
	const { path } = folder;
	const store = `sqlite:${path}/runs.db`;
	return { folder, path, store, run: `flatstate run ${path}/machine.yml --script ${path}/answers.yml` };
}

describe("flatstate run", () => {
	it("gives the limit that stopped it back in the command that goes on", async () => {
		const { folder, store, path, run } = folderWithMachine();
		await using _ = folder;
		const stopped = await runCommand(`${run} --store ${store} --id tea --max-steps 1`);
		expect(stopped.exitCode).toBe(3);
		expect(stopped.stderr).toMatch(
			/^Go on: flatstate resume tea --store sqlite:\S+ --script \S+answers\.yml --max-steps N\n/m,
		);
		const again = await runCommand(`flatstate resume tea --store ${store} --script ${path}/answers.yml`);
		expect(again.exitCode).toBe(3);
		const resumed = await runCommand(
			`flatstate resume tea --store ${store} --script ${path}/answers.yml --max-steps 9 --json`,
		);
		expect(resumed).toMatchObject({ exitCode: 0, stdout: '{"text":"Tea."}\n' });
	});

	it.each(["../tea", "a/b", ".tea", "_tea", "é".repeat(128)])("refuses the id %s before it begins", async (id) => {
		const { folder, store, run } = folderWithMachine();
		await using _ = folder;
		const { exitCode, stderr } = await runCommand(`${run} --store ${store} --id ${id}`);
		expect({ exitCode, stderr }).toEqual({
			exitCode: 2,
			stderr: expect.stringContaining(
				`argument '${id}' is invalid. Expected a name of at most 255 bytes without slashes`,
			),
		});
	});

	it("says why a store cannot be opened, and nothing of its closing", async () => {
		const { folder, path, run } = folderWithMachine();
		await using _ = folder;
		const { exitCode, stderr } = await runCommand(`${run} --store sqlite:${path}/machine.yml --id tea -q`);
		expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/^error: StoreError: /) });
		expect(stderr).toContain("machine.yml");
	});
});

describe("flatstate run --park-sleeps", () => {
	const sleepy = writerMachine.replace(
		"agent: writer\n",
		"agent: writer\n      execution: { type: retry, backoffs: [3600], jitter: 0 }\n",
	);

	it("says until when the execution sleeps, what wakes it, and that it goes on nowhere without a store", async () => {
		const answers = "writer: { error: { type: RateLimitError, message: busy, retryable: true } }";
		await using folder = files({ "machine.yml": sleepy, "answers.yml": answers });
		const { path } = folder;
		const run = `flatstate run ${path}/machine.yml --script ${path}/answers.yml --park-sleeps 60 --json`;
		expect(await runCommand(run)).toMatchObject({
			exitCode: 2,
			stderr: expect.stringContaining("--park-sleeps needs a store that keeps the execution meanwhile: --store URL."),
		});
		const store = `sqlite:${path}/runs.db`;
		const parked = await runCommand(`${run} --store ${store} --id tea`);
		expect(parked.exitCode).toBe(4);
		const { _wake_at: wakeAt, ...output } = JSON.parse(parked.stdout);
		expect(output).toEqual({ _waiting: true, _channel: null });
		const time = `${new Date(wakeAt).toISOString().slice(0, 19).replace("T", " ")} UTC`;
		expect(parked.stderr).toContain(
			`Sleeping until ${time}:
  state write, until ${time}
To be woken then: flatstate dispatch --listen --store ${store} --script ${path}/answers.yml
Go on and wait here for that time: flatstate resume tea --store ${store} --script ${path}/answers.yml
`,
		);
		expect(await runCommand(`flatstate dispatch --once --json --store ${store}`)).toMatchObject({
			stdout: '{"resumed":{},"timed_out":[]}\n',
		});
		const shown = await runCommand(`flatstate executions show tea --store ${store}`);
		expect(shown.stdout).toContain(`waits for  ${time}`);
	});

	it("is what a dispatcher does of itself, so that no execution keeps its place through a long sleep", async () => {
		const asking = sleepy
			.replace("      type: initial\n", "")
			.replace("  states:\n", "  states:\n    ask: { type: initial, wait_for: go, transitions: [{ to: write }] }\n");
		const answers = "writer: { error: { type: RateLimitError, message: busy, retryable: true } }";
		await using folder = files({ "machine.yml": asking, "answers.yml": answers });
		const store = `sqlite:${folder.path}/runs.db`;
		await runCommand(`flatstate run ${folder.path}/machine.yml --store ${store} --id tea -q`);
		await runCommand(`flatstate signal go --store ${store}`);
		const dispatched = await runCommand(
			`flatstate dispatch --once --json --store ${store} --script ${folder.path}/answers.yml -q`,
		);
		expect(dispatched).toMatchObject({ exitCode: 0, stdout: '{"resumed":{"go":["tea"]},"timed_out":[]}\n' });
		const shown = await runCommand(`flatstate executions show tea --store ${store}`);
		expect(shown.stdout).toMatch(/tea waiting\n(?:.*\n)*state +write.*\n(?:.*\n)*waits for +\d{4}-/);
	});
});

describe("flatstate resume", () => {
	it("says once that it goes on from the checkpoint before a damaged one", async () => {
		const { folder, path, run } = folderWithMachine();
		await using _ = folder;
		const store = `file:${path}/runs`;
		await runCommand(`${run} --store ${store} --id tea -q`);
		writeFileSync(join(path, "runs", readFileSync(join(path, "runs/tea/latest"), "utf8")), '{"execution_id": "te');
		const { exitCode, stderr } = await runCommand(`flatstate resume tea --store ${store} --script ${path}/answers.yml`);
		expect(exitCode).toBe(0);
		expect(stderr.match(/cannot be read: it is no JSON\. Execution tea goes on from tea\/step_000001/g)).toHaveLength(
			1,
		);
	});
});

describe("flatstate replay", () => {
	it("takes a step that is not there for a mistake of who typed it", async () => {
		const { folder, store, run } = folderWithMachine();
		await using _ = folder;
		await runCommand(`${run} --store ${store} --id tea -q`);
		expect(await runCommand(`flatstate replay tea --store ${store} --from 9`)).toMatchObject({
			exitCode: 2,
			stderr: "error: Execution tea has no checkpoint of step 9 to replay from.\n",
		});
	});
});
