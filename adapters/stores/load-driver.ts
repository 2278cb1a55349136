/** Loads the packages that a kind of store needs and that users install beside flatstate. */
import { StoreError } from "../../runtime/store/errors.ts";

/** @throws StoreError `store_driver_missing` with the command that installs the packages */
export async function orInstall<T>(kind: string, packages: readonly string[], load: () => Promise<T>): Promise<T> {
	try {
		return await load();
	} catch (cause) {
		const list = `${packages.slice(0, -1).join(", ")} and ${packages.at(-1)}`;
		throw new StoreError(
			"store_driver_missing",
			`A ${kind} store needs the packages ${list}. Install them with \`npm install ${packages.join(" ")}\`.`,
			{ cause },
		);
	}
}
