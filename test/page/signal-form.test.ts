/** What the form for signals sends, and what it refuses before it is sent. */
import { expect, it } from "vitest";
import type { InspectedActor, ServerMessage } from "../../src/inspect/protocol.ts";
import { emptySession, receive } from "../../src/page/session.ts";
import { readSignal, waitingChannels } from "../../src/page/signal-form.ts";

it.each([
	["", null],
	["  ", null],
	['{ "approved": true }', { approved: true }],
	["0", 0],
	['"yes"', "yes"],
])("sends the data %j as %j", (data, value) => {
	expect(readSignal({ channel: " approval ", data, to: "" })).toEqual({
		type: "signal",
		channel: "approval",
		data: value,
	});
});

it("names the execution that it is for", () => {
	expect(readSignal({ channel: "c", data: "", to: " e1 " })).toMatchObject({ to: "e1" });
});

it("refuses what is no JSON, and a signal without a channel", () => {
	expect(readSignal({ channel: "c", data: "yes", to: "" })).toMatchObject({ field: "data" });
	expect(readSignal({ channel: " ", data: "", to: "" })).toMatchObject({ field: "channel" });
});

it("offers the channels that machines wait on, that of the chosen one first", () => {
	const actor = (id: string, channel: string, status: InspectedActor["status"] = "waiting"): InspectedActor => ({
		id,
		parent: null,
		name: id,
		kind: "machine",
		status,
		channel,
		startedAt: 0,
	});
	const messages: ServerMessage[] = [
		{ type: "actors", actors: [actor("a", "one"), actor("b", "two"), actor("c", "three", "done")] },
		{ type: "end", status: "waiting", channel: "one" },
	];
	const session = receive(emptySession, messages);
	expect(waitingChannels(session, session.actors.get("b"))).toEqual(["two", "one"]);
	expect(waitingChannels(session, undefined)).toEqual(["one", "two"]);
});
