/** Says so when there is no connection to the server: what is shown stays, but is no longer new. */
import type { ConnectionState } from "../connection.ts";
import { useNow } from "../use-now.ts";

export interface ConnectionLabelProps {
	readonly connection: ConnectionState;
	/** Then nothing is missed. */
	readonly isRunOver: boolean;
}

export function ConnectionLabel({ connection, isRunOver }: ConnectionLabelProps) {
	const now = useNow(connection.is === "lost");
	if (connection.is === "open") {
		return <span className="connection open" role="img" aria-label="Connected" title="Connected" />;
	}
	if (isRunOver) {
		return (
			<span className="connection over" role="status">
				Disconnected
			</span>
		);
	}
	const seconds = connection.is === "lost" ? Math.max(0, Math.ceil((connection.retryAt - now) / 1000)) : 0;
	return (
		<span className="connection lost" role="status">
			{connection.is === "connecting" || seconds === 0 ? "Connecting…" : `Disconnected, next try in ${seconds} s`}
		</span>
	);
}
