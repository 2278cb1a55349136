/** What a step needs to start a child actor, and how the child ends. */
import type { AnyActorLogic, AnyActorRef, Snapshot } from "xstate";

export interface SpawnOptions {
	readonly logic: AnyActorLogic;
	/** The actor's id among its siblings. Default: the step's key. */
	readonly id?: string;
	/** The actor's name in the inspector and in persisted snapshots. */
	readonly src: string;
	readonly input: unknown;
	/** A leaf ends by itself and is run again after a crash; a machine is restored and may wait. */
	readonly kind: "leaf" | "machine";
	/** Called before the child is made, e.g. to find it in a store. */
	readonly prepare?: () => Promise<PreparedChild | undefined> | undefined;
	/** Called with the child before it starts. */
	readonly created?: (child: AnyActorRef) => void;
	/** Called when the child has ended. @returns what to journal beside its output or error: its totals */
	readonly ended?: (child: AnyActorRef) => unknown;
	/** Asked of a child that is done. @returns an error where that was not its end: it is not journaled, and goes on later */
	readonly unfinished?: (child: AnyActorRef) => unknown;
	/** Called when the child is given up while it runs. */
	readonly givenUp?: () => void;
}

/**
 * A child of an earlier life: where it stood, or how it ended. Without a snapshot it begins anew; `trace` is the
 * `traceparent` of that life.
 */
export type PreparedChild =
	| { readonly snapshot: Snapshot<unknown> | undefined; readonly trace: string | undefined }
	| { readonly outcome: ChildOutcome };

/** How a child ended. */
export type ChildOutcome =
	| { readonly output: unknown; readonly summary?: unknown }
	| { readonly error: unknown; readonly summary?: unknown };

/** A spawned child: a promise of how it ends, which never rejects, and a way to give it up. */
export interface SpawnedChild {
	readonly outcome: Promise<ChildOutcome>;
	cancel(): void;
}
