/** The pictures of a session's machines, which it is told one by one as they are drawn. */
import type { Diagram } from "../diagram/diagram.ts";
import { type LayingOut, layOutApart } from "./lay-out-apart.ts";
import type { InspectionSession } from "./session.ts";

/** Draws each, or says why it cannot be drawn. */
export function drawMachines(session: InspectionSession, diagrams: readonly Diagram[]): LayingOut {
	const { redaction } = session;
	return layOutApart(diagrams, ({ machine }, drawing) => {
		if (drawing.is === "drawn") {
			session.drawn({ type: "diagram", machine, diagram: redaction.diagram(drawing.diagram) });
		} else session.drawn({ type: "undrawn", machine, reason: redaction.text(drawing.reason) });
	});
}
