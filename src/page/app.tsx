/** The page: what is chosen in it, and its panels. */
import { type CSSProperties, useEffect, useMemo, useState } from "react";
import { type Moment, machineOf, momentOf, placeAt } from "./moment.ts";
import { ActorsPanel } from "./parts/actors-panel.tsx";
import { ContextPanel } from "./parts/context-panel.tsx";
import { DiagramPanel } from "./parts/diagram-panel.tsx";
import { EndBanner } from "./parts/end-banner.tsx";
import { LogPanel } from "./parts/log-panel.tsx";
import { Notices } from "./parts/notices.tsx";
import { PageHeader } from "./parts/page-header.tsx";
import { SignalDialog } from "./parts/signal-dialog.tsx";
import { Splitter } from "./parts/splitter.tsx";
import { Timeline } from "./parts/timeline.tsx";
import { waitingChannels } from "./signal-form.ts";
import { useInspector } from "./use-inspector.ts";
import { usePageKeys } from "./use-page-keys.ts";

/** @param props.address of the server's WebSocket */
export function App({ address }: { readonly address: string }) {
	const { session, connection, send } = useInspector(address);
	const [actor, setActor] = useState<string | null>(null);
	const [moment, setMoment] = useState<Moment>(null);
	const [isSignalling, setSignalling] = useState(false);
	const [sizes, setSizes] = useState(firstSizes);
	const { hello, root } = session;
	// After a reconnection the same execution is told anew; another one has other actors.
	const chosen = actor !== null && session.actors.has(actor) ? actor : root;
	const machine = useMemo(() => (chosen === null ? undefined : machineOf(session, chosen)), [session, chosen]);
	const channels = useMemo(() => waitingChannels(session, machine), [session, machine]);
	const frames = session.framesOf.get(machine?.id ?? "") ?? [];
	const execution = hello?.executionId;
	const title = hello?.name;
	const isMoving = hello?.mode === "live" && session.end === null;

	// biome-ignore lint/correctness/useExhaustiveDependencies: another execution has other moments
	useEffect(() => setMoment(null), [execution]);
	useEffect(() => {
		if (title !== undefined) document.title = `${title} · flatstate`;
	}, [title]);
	usePageKeys({
		p: () => isMoving && send({ type: session.isPaused ? "continue" : "pause" }),
		s: () => isMoving && session.isPaused && send({ type: "step" }),
		l: () => setMoment(null),
		"[": () => setMoment(momentOf(frames, placeAt(frames, moment) - 1)),
		"]": () => setMoment(momentOf(frames, placeAt(frames, moment) + 1)),
	});

	const resize = (name: keyof Sizes) => (size: number) => setSizes({ ...sizes, [name]: size });
	const style: CSSProperties & Record<`--${string}`, string> = {
		"--actors-width": `${sizes.actors}px`,
		"--context-width": `${sizes.context}px`,
		"--log-height": `${sizes.log}px`,
	};
	const view = { session, machine, moment };
	return (
		<div className="page" style={style}>
			<PageHeader
				session={session}
				connection={connection}
				moment={moment}
				channels={channels}
				onPause={() => send({ type: "pause" })}
				onContinue={() => send({ type: "continue" })}
				onStep={() => send({ type: "step" })}
				onSignal={() => setSignalling(true)}
			/>
			<EndBanner session={session} onSignal={() => setSignalling(true)} />
			<main>
				<ActorsPanel session={session} moment={moment} chosen={chosen} onChoose={setActor} />
				<Splitter
					label="Width of the actors"
					direction="vertical"
					size={sizes.actors}
					least={140}
					most={560}
					side={1}
					onSize={resize("actors")}
				/>
				<DiagramPanel {...view} />
				<Splitter
					label="Width of the context"
					direction="vertical"
					size={sizes.context}
					least={200}
					most={900}
					side={-1}
					onSize={resize("context")}
				/>
				<ContextPanel {...view} />
				<Timeline {...view} onMoment={setMoment} />
				<Splitter
					label="Height of the log"
					direction="horizontal"
					size={sizes.log}
					least={90}
					most={700}
					side={-1}
					onSize={resize("log")}
				/>
				<LogPanel {...view} actor={chosen} />
			</main>
			<Notices notices={session.notices} />
			{isSignalling && (
				<SignalDialog
					channel={channels[0] ?? ""}
					channels={channels}
					onSend={send}
					onClose={() => setSignalling(false)}
				/>
			)}
		</div>
	);
}

/** Pixels. */
interface Sizes {
	readonly actors: number;
	readonly context: number;
	readonly log: number;
}

/** For the window as it is when the page opens. */
function firstSizes(): Sizes {
	const { innerWidth: width, innerHeight: height } = window;
	return {
		actors: Math.round(Math.max(190, Math.min(320, width * 0.17))),
		context: Math.round(Math.max(260, Math.min(520, width * 0.26))),
		log: Math.round(Math.max(150, Math.min(380, height * (width < height ? 0.2 : 0.28)))),
	};
}
