/** The page's icons: drawn here, since the page loads nothing from elsewhere. All are decoration beside words or labels. */
import type { ReactNode } from "react";
import type { ActorStatus } from "../moment.ts";

function Icon({ children, className = "icon" }: { readonly children: ReactNode; readonly className?: string }) {
	return (
		<svg className={className} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
			{children}
		</svg>
	);
}

export const PauseIcon = () => (
	<Icon>
		<path d="M5 3v10M11 3v10" className="icon-bold" />
	</Icon>
);
export const PlayIcon = () => (
	<Icon>
		<path d="M4.500 2.800v10.400L13 8z" className="icon-full" />
	</Icon>
);
export const StepIcon = () => (
	<Icon>
		<path d="M3 2.800v10.400L10.500 8z" className="icon-full" />
		<path d="M12.500 3v10" className="icon-bold" />
	</Icon>
);
export const SignalIcon = () => (
	<Icon>
		<circle cx="8" cy="8" r="1.500" className="icon-full" />
		<path d="M4.800 11.200a4.500 4.500 0 0 1 0-6.400M11.200 4.800a4.500 4.500 0 0 1 0 6.400M2.600 13.400a7.600 7.600 0 0 1 0-10.800M13.400 2.600a7.600 7.600 0 0 1 0 10.800" />
	</Icon>
);
export const ChevronIcon = ({ isOpen }: { readonly isOpen: boolean }) => (
	<Icon className={isOpen ? "icon chevron open" : "icon chevron"}>
		<path d="M6 4l4 4-4 4" />
	</Icon>
);
export const PreviousIcon = () => (
	<Icon>
		<path d="M10 3.500L5.500 8l4.500 4.500" />
	</Icon>
);
export const NextIcon = () => (
	<Icon>
		<path d="M6 3.500L10.500 8 6 12.500" />
	</Icon>
);
export const FirstIcon = () => (
	<Icon>
		<path d="M11.500 3.500L7 8l4.500 4.500M4.500 3.500v9" />
	</Icon>
);
export const LastIcon = () => (
	<Icon>
		<path d="M4.500 3.500L9 8l-4.500 4.500M11.500 3.500v9" />
	</Icon>
);
export const CloseIcon = () => (
	<Icon>
		<path d="M4 4l8 8M12 4l-8 8" />
	</Icon>
);
export const PlusIcon = () => (
	<Icon>
		<path d="M8 3.500v9M3.500 8h9" />
	</Icon>
);
export const MinusIcon = () => (
	<Icon>
		<path d="M3.500 8h9" />
	</Icon>
);
export const FitIcon = () => (
	<Icon>
		<path d="M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3" />
	</Icon>
);
export const CopyIcon = () => (
	<Icon>
		<path d="M6 5.500h7v7.500H6zM10 5.500V3H3v7.500h3" />
	</Icon>
);
export const SearchIcon = () => (
	<Icon>
		<circle cx="7" cy="7" r="4" />
		<path d="M10 10l3.500 3.500" />
	</Icon>
);

/** A shape for each status, since colour alone does not tell everybody. */
export function StatusIcon({ status }: { readonly status: ActorStatus }) {
	return <Icon className={`icon status ${status.replace(" ", "-")}`}>{shapes[status]}</Icon>;
}

const shapes: Readonly<Record<ActorStatus, ReactNode>> = {
	active: (
		<>
			<circle cx="8" cy="8" r="5.500" className="faint" />
			<path d="M8 2.500A5.500 5.500 0 0 1 13.500 8" className="spinning" />
		</>
	),
	done: <path d="M3.500 8.500l3 3 6-7" className="icon-bold" />,
	error: <path d="M4.500 4.500l7 7M11.500 4.500l-7 7" className="icon-bold" />,
	waiting: (
		<>
			<circle cx="8" cy="8" r="5.500" />
			<path d="M8 5v3.300l2.200 1.400" />
		</>
	),
	stopped: <rect x="4.500" y="4.500" width="7" height="7" rx="1" className="icon-full" />,
	"not started": <circle cx="8" cy="8" r="3" />,
};
