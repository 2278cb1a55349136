/** The WebSocket of the inspector's page: a session told as messages of `protocol.ts`, and what the page asks for. */
import type { Connection, Endpoint } from "./client-connection.ts";
import { Follower, type Followers } from "./follower.ts";
import type { ClientMessage, ServerMessage } from "./protocol.ts";
import { readClientMessage } from "./read-client-message.ts";
import type { InspectionSession } from "./session.ts";

export type Notice = Omit<Extract<ServerMessage, { type: "notice" }>, "type">;

export interface SessionEndpointOptions {
	readonly session: InspectionSession;
	/** The first message. */
	readonly hello: Extract<ServerMessage, { type: "hello" }>;
	/** A page has come. */
	opened(): void;
	/** A page has gone. */
	left?(): void;
	/** Where pages are counted among, for a run that is to wait for them. */
	readonly followers?: Followers;
	/** Does what a page asks for. @returns what to tell it; undefined for nothing */
	received(message: ClientMessage): Promise<Notice | undefined>;
}

export function sessionEndpoint({
	session,
	hello,
	opened,
	left,
	followers,
	received,
}: SessionEndpointOptions): Endpoint {
	const { redaction } = session;
	const send = (connection: Connection, message: ServerMessage) => connection.send(redaction.message(message));
	const notify = (connection: Connection, { level, text }: Notice) =>
		send(connection, { type: "notice", level, text: redaction.text(text) });
	return {
		connected(connection) {
			const follower = new Follower(connection, { known: () => [redaction.message(hello), ...session.known()] });
			follower.begin();
			const stop = session.listen((messages) => follower.tell(messages));
			const leave = followers?.add(follower);
			opened();
			return () => {
				stop();
				leave?.();
				left?.();
			};
		},

		received(text, connection) {
			const message = readClientMessage(text);
			if (!message) return notify(connection, { level: "error", text: "This is no message that the inspector knows." });
			received(message).then(
				(notice) => {
					if (notice) notify(connection, notice);
				},
				(error: unknown) => notify(connection, { level: "error", text: redaction.error(error) }),
			);
		},
	};
}
