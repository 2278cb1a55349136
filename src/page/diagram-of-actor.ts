/** Which of the pictures that the server sent shows a machine. */
import type { LaidOutDiagram } from "../diagram/diagram.ts";
import type { InspectedActor } from "../inspect/protocol.ts";
import type { Drawing, Session } from "./session.ts";

/**
 * @param machine the one that was run where there is none yet
 * @returns undefined where the picture is not yet drawn
 */
export function drawingOf({ hello, drawings }: Session, machine: InspectedActor | undefined): Drawing | undefined {
	const name = machine === undefined ? hello?.machine : machine.machine;
	return name === undefined ? undefined : drawings.get(name);
}

export function diagramOf(session: Session, machine: InspectedActor | undefined): LaidOutDiagram | undefined {
	const drawing = drawingOf(session, machine);
	return drawing?.is === "drawn" ? drawing.diagram : undefined;
}
