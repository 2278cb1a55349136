/** Inspects one run of a machine: the options that the run is given, and the server through which a browser follows it. */
import type { CompiledSet } from "../../runtime/machine/compiled-set.ts";
import type { RunOptions, RunResult } from "../../runtime/machine/run-result.ts";
import type { SignalBackend } from "../../runtime/signals/signal-backend.ts";
import { drawMachines } from "./draw-machines.ts";
import { Followers } from "./follower.ts";
import type { LayingOut } from "./lay-out-apart.ts";
import { LiveFeed } from "./live-feed.ts";
import { type LocalServer, startLocalServer } from "./local-server.ts";
import { PauseGate } from "./pause-gate.ts";
import type { ClientMessage } from "./protocol.ts";
import { createRedaction, type RedactionOptions } from "./redaction.ts";
import { endOf } from "./run-end.ts";
import { diagramsOf, machinesOf, plansWithin } from "./run-machines.ts";
import { InspectionSession } from "./session.ts";
import { type Notice, sessionEndpoint } from "./session-endpoint.ts";
import { statelyPage, statelyPath } from "./stately-page.ts";
import { StatelyRelay } from "./stately-relay.ts";

export interface RunInspectorOptions {
	readonly set: CompiledSet;
	/** The plan that is run. Default: the set's entry. */
	readonly planId?: string;
	readonly executionId: string;
	/** Takes the signals that are sent from the page; without it there are none. */
	readonly signals?: () => Promise<SignalBackend | undefined>;
	/** Default 0: any free port. */
	readonly port?: number;
	/** Whether the run is stopped before its first effect, until somebody lets it go on. Default false. */
	readonly isPaused?: boolean;
	/** The last page has gone while the run is paused: it stays so until a page comes back. */
	readonly onLeftPaused?: () => void;
	readonly redaction?: RedactionOptions;
	/** Folder of the page's files. Default: those that come with this package. */
	readonly folder?: string;
	/** Milliseconds since 1970. Default: the clock of the machine's services. */
	readonly now?: () => number;
}

export interface RunInspector extends AsyncDisposable {
	/** The page's address; whoever has it sees the run and may steer it. */
	readonly url: string;
	/** The address of a page that shows the run in Stately's inspector, which is loaded from stately.ai. */
	readonly statelyUrl: string;
	/** The address of the WebSocket that speaks Stately's protocol. */
	readonly statelySocketUrl: string;
	/** For `run` and `resume`. */
	readonly runOptions: Required<
		Pick<RunOptions, "inspect" | "gate" | "onEvent" | "awaitSignals" | "awaitTimeouts" | "executionId">
	>;
	/** Says in the page how the run ended. */
	ended(result: RunResult): void;
	/** Ends all connections. */
	close(): Promise<void>;
}

/**
 * Starts the server for one run.
 * @throws InspectorError where the port cannot be listened on
 */
export async function startRunInspector(options: RunInspectorOptions): Promise<RunInspector> {
	const { set, planId = set.entry, executionId, signals, port, folder, isPaused = false, onLeftPaused } = options;
	const now = options.now ?? (() => set.services.now());
	const redaction = createRedaction(options.redaction);
	for (const plan of plansWithin(set, planId)) redaction.learn(plan.agents);
	const session = new InspectionSession({ redaction });
	const feed = new LiveFeed(session, machinesOf(set, planId), now);
	const gate = new PauseGate({ isPaused });
	if (isPaused) session.isPaused = true;
	const stately = new StatelyRelay({ redaction });
	const followers = new Followers();
	let drawing: LayingOut | undefined;
	let pages = 0;
	let isClosed = false;
	const { name } = set.plan(planId);
	const endpoint = sessionEndpoint({
		session,
		hello: { type: "hello", mode: "live", machine: set.portableId(planId), name: redaction.text(name), executionId },
		followers,
		opened: () => {
			pages += 1;
			drawing ??= drawMachines(session, diagramsOf(set, planId));
		},
		left: () => {
			pages -= 1;
			if (pages === 0 && gate.isPaused && !session.hasEnded && !isClosed) onLeftPaused?.();
		},
		async received(message) {
			if (session.hasEnded) return { level: "error", text: "The run has ended." };
			if (message.type === "signal") return sendSignal(message, await signals?.(), feed, executionId);
			if (message.type === "step" && !gate.isPaused) {
				return { level: "error", text: "The run is not paused: there is nothing to step." };
			}
			const wasPaused = gate.isPaused;
			gate[message.type]();
			if (gate.isPaused !== wasPaused) session.isPaused = gate.isPaused;
			return undefined;
		},
	});
	const server: LocalServer = await startLocalServer({
		endpoints: { "/socket": endpoint, [statelyPath.socket]: stately.endpoint },
		pages: { [statelyPath.page]: statelyPage },
		...(port !== undefined && { port }),
		...(folder !== undefined && { folder }),
	});
	const close = async (): Promise<void> => {
		isClosed = true;
		// Nothing must wait for a page that is gone.
		gate.continue();
		drawing?.stop();
		session.close();
		stately.close();
		await server.close();
	};
	return {
		url: server.url,
		statelyUrl: server.urlOf(statelyPath.page),
		statelySocketUrl: server.urlOf(statelyPath.socket, "ws"),
		runOptions: {
			executionId,
			inspect: (event) => {
				feed.inspect(event);
				stately.inspect(event);
			},
			gate: () => bothOf(gate.pass(), followers.caughtUp()),
			onEvent: feed.tell,
			awaitSignals: true,
			awaitTimeouts: true,
		},
		ended: (result) => session.end(endOf(result, redaction)),
		close,
		[Symbol.asyncDispose]: close,
	};
}

function bothOf(one: Promise<void> | undefined, other: Promise<void> | undefined): Promise<void> | undefined {
	return one && other ? Promise.all([one, other]).then(() => undefined) : (one ?? other);
}

type SignalMessage = Extract<ClientMessage, { type: "signal" }>;

/** A page steers its own run: others in the store may wait on the same channel. */
async function sendSignal(
	{ channel, data, to }: SignalMessage,
	signals: SignalBackend | undefined,
	feed: LiveFeed,
	root: string,
): Promise<Notice> {
	if (!signals) return { level: "error", text: "This run takes no signals: it has no store." };
	if (to !== undefined && to !== root && !feed.has(to)) {
		const text = `${to} is no execution of this run. \`flatstate signal ${channel} --to ${to}\` sends it all the same.`;
		return { level: "error", text };
	}
	const waiting = to ?? feed.takeWaiting(channel);
	await signals.send(channel, data, { executionId: waiting ?? root });
	if (waiting !== undefined)
		return { level: "info", text: `The signal is on channel ${channel}, for execution ${waiting}.` };
	return { level: "info", text: `Nobody in this run waits on channel ${channel} yet: the signal is kept for ${root}.` };
}
