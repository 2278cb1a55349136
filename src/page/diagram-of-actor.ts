/** Which of the diagrams that the server sent shows a machine. */
import type { LaidOutDiagram } from "../diagram/diagram.ts";
import type { InspectedActor } from "../inspect/protocol.ts";
import type { Session } from "./session.ts";

/** @param machine the one that was run where there is none yet */
export function diagramOf({ hello }: Session, machine: InspectedActor | undefined): LaidOutDiagram | undefined {
	const name = machine === undefined ? hello?.machine : machine.machine;
	if (hello === null || name === undefined || !Object.hasOwn(hello.diagrams, name)) return undefined;
	return hello.diagrams[name];
}
