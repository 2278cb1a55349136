/** The commands of the README that kill a run and resume it, in a shell as a reader would type them. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { main } from "../build-package.ts";
import { blocksOf } from "./page.ts";

const run = promisify(execFile);

/** However slow this machine is: killed once the second call is about to be made. */
const whenTheCriticThinks = "until npx flatstate executions list 2>&1 | grep -q judge; do sleep 0.2; done;";

it("kills a run and resumes it, with no call made twice", { timeout: 90_000 }, async () => {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), "docs-kill-")));
	try {
		const blocks = blocksOf("README.md");
		for (const { text, values } of blocks) {
			const file = values.get("file");
			if (file !== undefined) writeFileSync(join(folder, file), text);
		}
		mkdirSync(join(folder, "bin"));
		writeFileSync(join(folder, "bin/flatstate"), `#!/bin/sh\nexec node ${main} "$@"\n`, { mode: 0o755 });
		writeFileSync(join(folder, "bin/npx"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
		const shown = blocks.find(({ words }) => words.has("kill"))?.text ?? "";
		expect(shown).toContain("sleep 3;");
		const commands = shown.replace("sleep 3;", whenTheCriticThinks);
		// `-m`: jobs have numbers and groups, as in a shell that a person types into.
		const { stdout } = await run("bash", ["-m", "-c", `${commands}npx flatstate executions list`], {
			cwd: folder,
			env: { PATH: `${folder}/bin:${process.env.PATH}` },
		});
		expect(stdout).toMatch(/^kettle active\n[\s\S]*^spent {6}1 call,[\s\S]*^ +2 {2}judge/m);
		expect(stdout).toContain(
			'{\n  "slogan": "Tea in a minute."\n}\nNo difference: 2 checkpoints compared up to step 3',
		);
		expect(stdout).toMatch(/^kettle\tslogan\tdone\tend\t3\t2\t/m);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
