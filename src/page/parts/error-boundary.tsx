/** Says so when the page itself has failed, rather than leaving it white: a server of another version may send anything. */
import { Component, type ReactNode } from "react";

interface State {
	readonly problem: string | null;
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
	static getDerivedStateFromError(error: unknown): State {
		return { problem: error instanceof Error ? error.message : String(error) };
	}

	override state: State = { problem: null };

	override render(): ReactNode {
		const { problem } = this.state;
		if (problem === null) return this.props.children;
		return (
			<div className="broken" role="alert">
				<h1>The page has failed</h1>
				<p>{problem}</p>
				<p>The run goes on without it.</p>
				<button type="button" className="primary" onClick={() => location.reload()}>
					Load it again
				</button>
			</div>
		);
	}
}
