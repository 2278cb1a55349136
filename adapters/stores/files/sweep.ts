/** Removes what crashes left on its way, once it is surely nobody's any more. */
import type { Disk } from "./disk.ts";
import type { Layout } from "./layout.ts";

const oldMs = 24 * 3_600_000;

/** Looks only where nothing stays for long. A broadcast that was decided is not swept but finished. */
export function sweep(disk: Disk, layout: Layout): void {
	const { temporary, signals } = layout;
	const before = Date.now() - oldMs;
	for (const folder of [temporary, `${signals}/.incoming`, `${signals}/.broadcasts`]) {
		for (const name of disk.list(folder)) {
			const path = `${folder}/${name}`;
			const found = disk.operations.stat(path);
			if (found === undefined || found.mtimeMs > before) continue;
			if (disk.operations.stat(`${path}/decided`) === undefined) disk.operations.removeTree(path);
		}
	}
}
