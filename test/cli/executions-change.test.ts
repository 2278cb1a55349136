import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { runCommand } from "../docs/run-block.ts";
import { type Files, files } from "./files.ts";
import { doneSteps, type ExecutionToStore, start, storeExecutions } from "./stored-executions.ts";

const day = 86_400_000;

/** An execution that was last changed so many days ago. */
const aged = (id: string, days: number): ExecutionToStore => ({
	id,
	steps: [{ step: 1, state: "draft", event: "execute", at: Date.now() - start - days * day }],
});

interface Place extends AsyncDisposable {
	readonly url: string;
	/** Runs `flatstate executions …` on the store. */
	run(args: string): ReturnType<typeof runCommand>;
	ids(): Promise<string[]>;
}

async function place(executions: readonly ExecutionToStore[]): Promise<Place> {
	const folder: Files = files({});
	const url = `file:${join(folder.path, "runs")}`;
	await storeExecutions(url, executions);
	return {
		url,
		run: (args) => runCommand(`flatstate executions ${args} --store ${url}`),
		async ids() {
			await using store = await openStore(url);
			return store.persistence.listExecutionIds();
		},
		[Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
	};
}

describe("flatstate executions fork", () => {
	it("stores a copy of the latest checkpoint under a new id and prints the id", async () => {
		await using here = await place([{ id: "a", steps: doneSteps.slice(0, 3) }]);
		expect(await here.run("fork a --id b")).toEqual({ exitCode: 0, stdout: "b\n", stderr: "" });
		await using store = await openStore(here.url);
		const { summary, latestKey } = (await store.persistence.loadExecution("b")) ?? {};
		expect(latestKey).toBe("b/step_000002_state_exit.json");
		expect(summary).toMatchObject({
			execution_id: "b",
			root_execution_id: "b",
			parent_execution_id: "a",
			current_state: "check",
			total_api_calls: 2,
		});
	});

	it("makes up an id, another each time", async () => {
		await using here = await place([{ id: "a", steps: doneSteps }]);
		const first = (await here.run("fork a")).stdout;
		const second = (await here.run("fork a")).stdout;
		expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}\n$/);
		expect(second).not.toBe(first);
		expect(await here.ids()).toEqual([first.trim(), second.trim(), "a"].sort());
	});

	it("starts from an earlier step with --at", async () => {
		await using here = await place([{ id: "a", steps: doneSteps }]);
		await here.run("fork a --id b --at 1");
		const { stdout } = await here.run("export b");
		expect(JSON.parse(stdout)).toMatchObject({
			execution_id: "b",
			step: 1,
			current_state: "draft",
			total_api_calls: 1,
		});
	});

	it("takes the last checkpoint of a step that has several", async () => {
		const twice = [...doneSteps.slice(0, 2), { step: 1, state: "draft", event: "state_enter" as const, at: 100 }];
		await using here = await place([{ id: "a", steps: twice }]);
		await here.run("fork a --id b --at 1");
		expect(JSON.parse((await here.run("export b")).stdout)).toMatchObject({ step: 1 });
		const { stdout } = await here.run("export a --at 1");
		await using store = await openStore(here.url);
		const last = (await store.persistence.listCheckpoints("a")).at(-1);
		expect(last).toContain(JSON.parse(stdout).event);
	});

	it.each([
		["fork nobody", "There is no execution nobody in "],
		["fork a --at 9", "Execution a has no checkpoint of step 9, only of the steps 0, 1, 2, 3."],
		["fork a --at -1", "Expected a whole number from 0 up."],
		["fork a --id a", "There is an execution a already. Choose another id."],
		["fork a --id ../a", "option '--id <id>' argument '../a' is invalid. Expected a name of at most 255 bytes"],
		["fork a --id .a", "option '--id <id>' argument '.a' is invalid"],
	])("refuses `%s`", async (args, message) => {
		await using here = await place([{ id: "a", steps: doneSteps }]);
		const ended = await here.run(args);
		expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
		expect(ended.stderr).toContain(message);
		expect(await here.ids()).toEqual(["a"]);
	});

	it("names the steps of a long execution by the first and the last", async () => {
		const steps = Array.from({ length: 30 }, (_, index) => ({
			step: index + 1,
			state: "loop",
			event: "execute" as const,
			at: index,
		}));
		await using here = await place([{ id: "a", steps }]);
		expect((await here.run("fork a --at 31")).stderr).toContain(
			"no checkpoint of step 31, only of steps from 1 to 30.",
		);
	});

	it("points to earlier steps where the latest checkpoint cannot be read", async () => {
		await using here = await place([{ id: "a", steps: doneSteps }]);
		{
			await using store = await openStore(here.url);
			await store.persistence.save("a/step_000003_machine_end.json", Buffer.from("{"));
		}
		const ended = await here.run("fork a --id b");
		expect(ended.exitCode).toBe(2);
		expect(ended.stderr).toContain(
			"cannot be read: it is no JSON. Name the step of another checkpoint with --at STEP.",
		);
		expect((await here.run("fork a --id b --at 2")).exitCode).toBe(0);
	});
});

describe("flatstate executions prune", () => {
	const executions = [aged("a", 10), aged("b", 1), aged("c", 8), aged("d", 0)];

	it.each([
		["--older-than 7d", ["a", "c"]],
		["--keep 1", ["a", "b", "c"]],
		["--keep 0", ["a", "b", "c", "d"]],
		["--older-than 9d --keep 2", ["a", "c"]],
		["--older-than 30d", []],
	])("deletes with %s, and --dry-run names the same before", async (options, gone) => {
		await using here = await place(executions);
		const words = `${gone.length} ${gone.length === 1 ? "execution" : "executions"}.\n`;
		expect(await here.run(`prune ${options} --dry-run`)).toEqual({
			exitCode: 0,
			stdout: gone.map((id) => `${id}\n`).join(""),
			stderr: `Would delete ${words}`,
		});
		expect(await here.ids()).toEqual(["a", "b", "c", "d"]);
		expect(await here.run(`prune ${options}`)).toEqual({ exitCode: 0, stdout: "", stderr: `Deleted ${words}` });
		expect(await here.ids()).toEqual(["a", "b", "c", "d"].filter((id) => !gone.includes(id)));
	});

	it("names before what it deletes where times are the same, and a child's root is gone", async () => {
		const orphan: ExecutionToStore = { ...aged("orphan", 10), summary: { root_execution_id: "nobody" } };
		const { steps } = aged("x", 1);
		await using here = await place([...["x", "y", "z"].map((id) => ({ id, steps })), orphan]);
		expect((await here.run("prune --keep 2 --dry-run")).stdout).toBe("orphan\nz\n");
		expect((await here.run("prune --keep 2")).stderr).toBe("Deleted 2 executions.\n");
		expect(await here.ids()).toEqual(["x", "y"]);
	});

	it("keeps what is run at the moment, and does not count children", async () => {
		const child: ExecutionToStore = { ...aged("child", 10), summary: { root_execution_id: "a" } };
		await using here = await place([...executions, child]);
		await using store = await openStore(here.url);
		await store.lock?.acquire("c");
		expect((await here.run("prune --older-than 7d --dry-run")).stdout).toBe("a\n");
		expect((await here.run("prune --older-than 7d")).stderr).toBe("Deleted 1 execution.\n");
		expect(await here.ids()).toEqual(["b", "c", "d"]);
	});

	it("wants to know what to delete", async () => {
		await using here = await place(executions);
		const ended = await here.run("prune");
		expect(ended.exitCode).toBe(2);
		expect(ended.stderr).toContain("Say what to delete: --older-than DURATION, --keep N, or both.");
		expect(await here.ids()).toHaveLength(4);
	});
});

describe("flatstate executions delete", () => {
	it("deletes all that are named, and what they waited for", async () => {
		const child: ExecutionToStore = { ...aged("child", 0), summary: { root_execution_id: "a" } };
		await using here = await place([aged("a", 0), aged("b", 0), aged("c", 0), child]);
		expect(await here.run("delete a c a")).toEqual({ exitCode: 0, stdout: "", stderr: "Deleted 2 executions.\n" });
		expect(await here.ids()).toEqual(["b"]);
	});

	it("deletes nothing where one of them is not known, or belongs to another", async () => {
		const child: ExecutionToStore = { ...aged("child", 0), summary: { root_execution_id: "a" } };
		await using here = await place([aged("a", 0), child]);
		expect((await here.run("delete a nobody")).stderr).toContain("There is no execution nobody in ");
		const ended = await here.run("delete child");
		expect(ended.exitCode).toBe(2);
		expect(ended.stderr).toContain("Execution child belongs to a, which waits for it. Delete a.");
		expect(await here.ids()).toEqual(["a", "child"]);
	});

	it("leaves an execution alone that somebody runs, and says who", async () => {
		await using here = await place([aged("a", 0)]);
		await using store = await openStore(here.url);
		await store.lock?.acquire("a");
		const ended = await here.run("delete a");
		expect(ended.exitCode).toBe(1);
		expect(ended.stderr).toContain(`Execution a is being run by process ${process.pid} on host `);
		expect(await here.ids()).toEqual(["a"]);
	});
});
