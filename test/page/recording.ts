/** What the inspector's server says of a run, put together for tests of the page alone. */
import { compileFile } from "../../src/compile.ts";
import type { LaidOutDiagram } from "../../src/diagram/diagram.ts";
import { diagramOf, layOut } from "../../src/diagram/index.ts";
import type {
	InspectedActor,
	InspectedCall,
	InspectedEvent,
	InspectedFrame,
	ServerMessage,
} from "../../src/inspect/protocol.ts";

/** 2026-01-05, 09:00 UTC. */
export const recordedAt = 1_767_603_600_000;

/** The diagrams of a machine and of all that it references. */
export async function diagramsOf(file: string): Promise<{ machine: string; diagrams: Record<string, LaidOutDiagram> }> {
	const { plan, plans } = await compileFile(file);
	const diagrams: Record<string, LaidOutDiagram> = {};
	for (const [id, each] of plans) diagrams[id] = await layOut(diagramOf(each, plans));
	return { machine: plan.id, diagrams };
}

/** Messages one behind the other; frames are numbered, what changed is found. */
export class Recording {
	readonly messages: ServerMessage[] = [];
	readonly #contexts = new Map<string, Readonly<Record<string, unknown>>>();
	#seq = 0;
	#now = recordedAt;

	constructor(
		about: { readonly machine: string; readonly diagrams: Record<string, LaidOutDiagram> },
		mode: "live" | "stored" = "live",
	) {
		const { machine, diagrams } = about;
		const name = diagrams[machine]?.title ?? machine;
		this.messages.push({ type: "hello", mode, executionId: "0b7ce1a2-run", machine, name });
		for (const [id, diagram] of Object.entries(diagrams)) {
			this.messages.push({ type: "diagram", machine: id, diagram });
		}
	}

	get now(): number {
		return this.#now;
	}

	wait(milliseconds: number): this {
		this.#now += milliseconds;
		return this;
	}

	actors(...actors: readonly (Omit<InspectedActor, "startedAt"> & { readonly startedAt?: number })[]): this {
		this.messages.push({ type: "actors", actors: actors.map((actor) => ({ startedAt: this.#now, ...actor })) });
		return this;
	}

	frame(frame: Pick<InspectedFrame, "actor" | "state" | "step" | "context"> & Partial<InspectedFrame>): this {
		const before = this.#contexts.get(frame.actor) ?? {};
		this.#contexts.set(frame.actor, frame.context);
		const changed = Object.keys(frame.context).filter((key) => before[key] !== frame.context[key]);
		this.messages.push({
			type: "frame",
			seq: this.#seq++,
			at: this.#now,
			changed: changed.map((key) => [key]),
			cost: 0,
			agentCalls: 0,
			...frame,
		});
		return this;
	}

	call(call: Omit<InspectedCall, "at"> & { readonly at?: number }): this {
		this.messages.push({ type: "call", at: this.#now, ...call });
		return this;
	}

	events(...events: readonly Omit<InspectedEvent, "at">[]): this {
		this.messages.push({ type: "events", events: events.map((event) => ({ at: this.#now, ...event })) });
		return this;
	}

	end(end: Omit<Extract<ServerMessage, { type: "end" }>, "type">): this {
		this.messages.push({ type: "end", ...end });
		return this;
	}
}
