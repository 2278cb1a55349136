/** What files and machines of a compilation are called inside of a bundle, and in checkpoints. */
import { inlineFile } from "../document/document.ts";
import type { AnalyzedMachines } from "./bundle-machine.ts";
import { portablePath } from "./portable-path.ts";

/** Names relative to the folder of one machine. */
export class PortableNames {
	readonly #machines: AnalyzedMachines;
	readonly #folder: string;

	/** @param folder of the machine, as the loader names it */
	constructor(machines: AnalyzedMachines, folder: string) {
		this.#machines = machines;
		this.#folder = folder;
	}

	/** A file or a folder. What was given as text or object has no path: it is called `<inline>` or `<inline>.json`. */
	ofFile(file: string): string {
		if (file !== inlineFile) return portablePath(this.#folder, file);
		const isObject = this.#machines.documents.get(file)?.text === "";
		return isObject ? `${inlineFile}.json` : inlineFile;
	}

	/** A machine: the path of its file, and `#machines.name` behind it where it is written inside another. */
	ofPlan(planId: string): string {
		const file = this.#machines.origins.get(planId)?.file ?? planId;
		return this.ofFile(file) + planId.slice(file.length);
	}
}
