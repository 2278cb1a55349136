/** The session that the server tells of, as React state. */
import { useEffect, useRef, useState } from "react";
import type { ClientMessage } from "../inspect/protocol.ts";
import { Connection, type ConnectionState } from "./connection.ts";
import { emptySession, receive, type Session } from "./session.ts";

export interface Inspector {
	readonly session: Session;
	readonly connection: ConnectionState;
	/** @returns false where there is no connection */
	readonly send: (message: ClientMessage) => boolean;
}

/** @param address of the WebSocket */
export function useInspector(address: string): Inspector {
	const [session, setSession] = useState(emptySession);
	const [connection, setConnection] = useState<ConnectionState>({ is: "connecting" });
	const current = useRef<Connection | null>(null);
	useEffect(() => {
		const made = new Connection({
			open: ({ onOpen, onText, onClose }) => {
				const socket = new WebSocket(address);
				socket.onopen = onOpen;
				socket.onmessage = ({ data }: MessageEvent<unknown>) => onText(data);
				socket.onclose = onClose;
				return socket;
			},
			later: (milliseconds, call) => {
				const timer = setTimeout(call, milliseconds);
				return () => clearTimeout(timer);
			},
			now: Date.now,
			onMessages: (messages) => setSession((before) => receive(before, messages)),
			onState: setConnection,
		});
		current.current = made;
		made.connect();
		return () => {
			current.current = null;
			made.close();
		};
	}, [address]);
	return { session, connection, send: (message) => current.current?.send(message) ?? false };
}
