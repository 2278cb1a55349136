/** Where triggers are, unless they are told otherwise (spec section 11.3). */
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The specification's `/tmp/flatmachines`; on Windows, which has no `/tmp`, in the folder for temporary files. */
export const defaultTriggerFolder: string =
	process.platform === "win32" ? join(tmpdir(), "flatmachines") : "/tmp/flatmachines";
