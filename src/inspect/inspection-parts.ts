/** What the live feed reads of XState's inspection events: actors, snapshots and events of any kind. */
import type { AnyActorRef } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { isMachineContext, type MachineContext } from "../../compiler/xstate/machine-context.ts";

/** What an event carries; of a state's end only its output, since the context is in the frame. */
export function dataOf(event: { readonly type: string }): unknown {
	const { type, actorId: _, ...data }: Readonly<Record<string, unknown>> = event;
	if (typeof type === "string" && type.startsWith("xstate.done.actor.")) {
		return isRecord(data.output) ? data.output.output : data.output;
	}
	return Object.keys(data).length === 0 ? undefined : data;
}

export function contextOf(snapshot: unknown): MachineContext | undefined {
	const context = isRecord(snapshot) ? snapshot.context : undefined;
	return isMachineContext(context) ? context : undefined;
}

export function partsOf(ref: AnyActorRef): { readonly src: unknown; readonly logic: unknown } {
	return { src: ref.src, logic: "logic" in ref ? ref.logic : undefined };
}

export function isActor(ref: unknown): ref is AnyActorRef {
	return isRecord(ref) && typeof ref.sessionId === "string" && typeof ref.getSnapshot === "function";
}
