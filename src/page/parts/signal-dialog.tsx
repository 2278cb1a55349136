/** The form that sends a signal to a machine that waits. */
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import type { ClientMessage } from "../../inspect/protocol.ts";
import { readSignal, type SignalFields } from "../signal-form.ts";
import { CloseIcon } from "./icons.tsx";

export interface SignalDialogProps {
	readonly channel: string;
	readonly channels: readonly string[];
	/** @returns false where there is no connection */
	readonly onSend: (message: ClientMessage) => boolean;
	readonly onClose: () => void;
}

export function SignalDialog({ channel, channels, onSend, onClose }: SignalDialogProps) {
	const [fields, setFields] = useState<SignalFields>({ channel, data: "", to: "" });
	const [problem, setProblem] = useState<{ readonly text: string; readonly field?: string } | null>(null);
	const dialog = useRef<HTMLDialogElement>(null);
	const id = useId();
	const data = useRef<HTMLTextAreaElement>(null);
	// biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
	useEffect(() => {
		dialog.current?.showModal();
		if (channel !== "") data.current?.focus();
		else dialog.current?.querySelector("input")?.focus();
	}, []);

	function change(part: Partial<SignalFields>) {
		setFields({ ...fields, ...part });
		setProblem(null);
	}

	function onSubmit(event: FormEvent) {
		event.preventDefault();
		const signal = readSignal(fields);
		if ("problem" in signal) setProblem({ text: signal.problem, field: signal.field });
		else if (onSend(signal)) onClose();
		else setProblem({ text: "There is no connection to the server." });
	}

	return (
		<dialog ref={dialog} className="signal" aria-labelledby={`${id}-title`} onClose={onClose}>
			<form onSubmit={onSubmit} noValidate>
				<header>
					<h2 id={`${id}-title`}>Send a signal</h2>
					<button type="button" className="quiet" aria-label="Close" onClick={() => dialog.current?.close()}>
						<CloseIcon />
					</button>
				</header>
				<label>
					Channel
					<input
						value={fields.channel}
						list={`${id}-channels`}
						spellCheck={false}
						autoComplete="off"
						aria-invalid={problem?.field === "channel"}
						onChange={(event) => change({ channel: event.target.value })}
					/>
				</label>
				<datalist id={`${id}-channels`}>
					{channels.map((name) => (
						<option key={name} value={name} />
					))}
				</datalist>
				<label>
					Data <span className="hint">JSON; empty for none</span>
					<textarea
						ref={data}
						rows={6}
						value={fields.data}
						spellCheck={false}
						placeholder='{ "approved": true }'
						aria-invalid={problem?.field === "data"}
						onChange={(event) => change({ data: event.target.value })}
					/>
				</label>
				<label>
					To <span className="hint">an execution of this run; empty for the one that waits</span>
					<input
						value={fields.to}
						spellCheck={false}
						autoComplete="off"
						onChange={(event) => change({ to: event.target.value })}
					/>
				</label>
				{problem !== null && (
					<p className="problem" role="alert">
						{problem.text}
					</p>
				)}
				<footer>
					<button type="button" onClick={() => dialog.current?.close()}>
						Cancel
					</button>
					<button type="submit" className="primary">
						Send
					</button>
				</footer>
			</form>
		</dialog>
	);
}
