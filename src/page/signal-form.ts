/** What the signal form starts with, and whether what was typed can be sent. */
import type { ClientMessage, InspectedActor } from "../inspect/protocol.ts";
import type { Session } from "./session.ts";

type Signal = Extract<ClientMessage, { type: "signal" }>;

export interface SignalFields {
	readonly channel: string;
	/** JSON; empty for no data. */
	readonly data: string;
	/** The id of an execution of the run; empty for the one that waits on the channel. */
	readonly to: string;
}

/** @returns the message, or what is wrong with it in words */
export function readSignal({
	channel,
	data,
	to,
}: SignalFields): Signal | { readonly problem: string; readonly field: "channel" | "data" } {
	if (channel.trim() === "") return { field: "channel", problem: "Name the channel that the machine waits on." };
	let value: unknown = null;
	if (data.trim() !== "") {
		try {
			value = JSON.parse(data);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			return { field: "data", problem: `This is no JSON: ${reason}. A text needs quotation marks.` };
		}
	}
	return { type: "signal", channel: channel.trim(), data: value, ...(to.trim() !== "" && { to: to.trim() }) };
}

/**
 * The channels that machines are known to wait on.
 * @param chosen the machine that is looked at: its own comes first
 */
export function waitingChannels({ end, actors }: Session, chosen: InspectedActor | undefined): readonly string[] {
	const channels = new Set<string>();
	const add = (actor: InspectedActor | undefined) => {
		if (actor?.status === "waiting" && actor.channel !== undefined) channels.add(actor.channel);
	};
	add(chosen);
	if (end?.status === "waiting" && end.channel !== undefined) channels.add(end.channel);
	for (const actor of actors.values()) add(actor);
	return [...channels];
}
