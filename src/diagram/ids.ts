/** Ids of a diagram's parts: names behind each other with `/`, escaped as in a JSON pointer, so that none is there twice. */

/** @param parent empty for the states of the diagram's own machine */
export function idBehind(parent: string, name: string): string {
	const segment = name.replaceAll("~", "~0").replaceAll("/", "~1");
	return parent === "" ? segment : `${parent}/${segment}`;
}

/** The group of a machine that is launched; no name's segment begins like this. */
export function launchedId(owner: string, name: string): string {
	return `${owner}/~launch:${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
