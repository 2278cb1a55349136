/** Writes the pictures of the pages and of the examples: `npm run diagrams`. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Pictures of files, by the picture's path. */
const examples = {
	"examples/helloworld/machine.svg": "examples/helloworld/config/machine.yml",
	"examples/writer_critic/machine.svg": "examples/writer_critic/config/machine.yml",
	"examples/parallelism/list.svg": "examples/parallelism/config/list.yml",
	"examples/parallelism/foreach.svg": "examples/parallelism/config/foreach.yml",
	"examples/parallelism/launch.svg": "examples/parallelism/config/launch.yml",
	"examples/error_handling/machine.svg": "examples/error_handling/config/machine.yml",
	"examples/mdap/machine.svg": "examples/mdap/config/machine.yml",
	"examples/support_triage/machine.svg": "examples/support_triage/config/triage.json",
	"examples/peering/machine.svg": "examples/peering/config/newsroom.yml",
	"examples/durable-review/machine.svg": "examples/durable-review/config/review.yml",
	"examples/research_paper_analysis/machine.svg": "examples/research_paper_analysis/config/analysis.yml",
	"examples/multi_paper_synthesizer/machine.svg": "examples/multi_paper_synthesizer/config/synthesis.yml",
	"examples/dynamic_agent/machine.svg": "examples/dynamic_agent/config/hiring.yml",
	"examples/rlm/machine.svg": "examples/rlm/config/rlm.yml",
	"examples/gepa_self_optimizer/machine.svg": "examples/gepa_self_optimizer/config/evolution.yml",
	"examples/story_writer/machine.svg": "examples/story_writer/config/story.yml",
	"examples/character_card/machine.svg": "examples/character_card/config/chat.yml",
	"examples/key_results/machine.svg": "examples/key_results/config/machine.yml",
	"examples/fleet/archive.svg": "examples/fleet/config/archive.yml",
	"examples/fleet/clerk.svg": "examples/fleet/config/clerk.yml",
	"examples/scheduler/machine.svg": "examples/scheduler/config/loan.yml",
	"examples/distributed_worker/checker.svg": "examples/distributed_worker/config/checker.yml",
	"examples/distributed_worker/worker.svg": "examples/distributed_worker/config/worker.yml",
	"examples/distributed_worker/reaper.svg": "examples/distributed_worker/config/reaper.yml",
	"examples/listener/machine.svg": "examples/listener/config/doorbell.yml",
	"examples/embed-in-xstate/machine.svg": "examples/embed-in-xstate/config/loan.yml",
};

/** Pictures of machines that a page shows, with what `flatstate test` finds of them where `coverage` is set. */
const pages = {
	"docs/pictures/slogan.svg": { page: "README.md", file: "machine.yml" },
	"docs/pictures/review-coverage.svg": { page: "docs/testing.md", file: "review.yml", coverage: true },
	"docs/pictures/published.svg": { page: "docs/property-testing.md", file: "review.yml" },
	"docs/pictures/letters.svg": { page: "docs/diagrams.md", file: "letters.yml" },
	"docs/pictures/letters-coverage.svg": { page: "docs/diagrams.md", file: "letters.yml", coverage: true },
};

/** Every picture's text by its path. */
export async function drawPictures({ compileFile, memoryLoader, testMachine, diagramOf, layOut, toSvg }) {
	const pictures = new Map();
	const draw = async (path, folder, compiled, coverage) => {
		const machineId = (id) => relative(folder, id).replaceAll("\\", "/");
		const diagram = diagramOf(compiled.plan, compiled.plans, { machineId, ...(coverage && { coverage }) });
		pictures.set(path, toSvg(await layOut(diagram)));
	};
	for (const [path, file] of Object.entries(examples)) {
		await draw(path, dirname(`${root}${file}`), compileFile(`${root}${file}`));
	}
	for (const [path, { page, file, coverage }] of Object.entries(pages)) {
		const compiled = compileFile(file, { loader: memoryLoader(filesOn(page)) });
		const { id } = compiled.plan;
		const found = coverage ? new Map([[id, (await testMachine(compiled, id)).exploration]]) : undefined;
		await draw(path, ".", compiled, found);
	}
	return pictures;
}

/** The documents of a page: its blocks that have `file=`. */
function filesOn(page) {
	const text = readFileSync(`${root}${page}`, "utf8");
	const blocks = text.matchAll(/^```yaml file=(\S+)\n(.*?)^```/gms);
	return Object.fromEntries([...blocks].map(([, name, content]) => [name, content]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { compileFile } = await import("../dist/src/index.js");
	const { memoryLoader, testMachine } = await import("../dist/src/testing.js");
	const { diagramOf, layOut, toSvg } = await import("../dist/src/diagram/index.js");
	const library = { compileFile, memoryLoader, testMachine, diagramOf, layOut, toSvg };
	for (const [path, svg] of await drawPictures(library)) writeFileSync(`${root}${path}`, svg);
}
