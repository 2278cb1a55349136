/** `flatstate fleet`: how a fleet stands, live on a terminal, once on a pipe, or as JSON. */
import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "../../compiler/diagnostics/printable.ts";
import {
	type FleetExecutions,
	type FleetLoad,
	lookAtExecutions,
	lookAtFleet,
} from "../../runtime/fleet/fleet-report.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { type Fleet, type FleetCommandOptions, withFleet } from "./fleet-store.ts";
import { fleetText } from "./fleet-table.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { openScreen } from "./screen.ts";
import { isInteractive, wantsColor, writeTo } from "./streams.ts";

export interface FleetShowOptions extends FleetCommandOptions {
	/** Again each second; default: on a terminal. */
	readonly watch?: boolean;
	readonly json?: boolean;
}

/** Milliseconds between two looks. */
const lookMs = 1000;
/** Milliseconds: executions are counted less often. */
const countMs = 5000;

/** @throws UsageError, StoreError, FleetError */
export function fleetCommand(options: FleetShowOptions): Promise<ExitCode> {
	const { json = false } = options;
	const isLive = !json && isInteractive(process.stdout);
	const { watch = isLive } = options;
	return withFleet(options, async (fleet) => {
		const look = looker(fleet);
		if (!watch) {
			await writeTo(process.stdout, textOf(await look(), json, "\t"));
			return exitCodes.done;
		}
		await (isLive ? watchOnTerminal(look) : watchOnPipe(look, json));
		return exitCodes.done;
	});
}

type Look = () => Promise<FleetLoad & FleetExecutions>;

function looker({ store, queue }: Fleet): Look {
	let counted: { readonly at: number; readonly executions: FleetExecutions } | undefined;
	return async () => {
		const now = Date.now();
		const load = await lookAtFleet({ store, queue, now });
		if (!counted || now - counted.at >= countMs) {
			counted = { at: now, executions: await lookAtExecutions({ store, now }, load.queues) };
		}
		return { ...load, ...counted.executions };
	};
}

async function watchOnTerminal(look: Look): Promise<void> {
	using interrupt = listenForInterrupt();
	using screen = openScreen(process.stdin, process.stdout);
	const { signal } = interrupt;
	const over = AbortSignal.any([signal, screen.quit]);
	while (!over.aborted) {
		const report = await look();
		const width = (process.stdout.columns || 80) - 1;
		const color = wantsColor(process.stdout);
		screen.draw(fleetText(report, { width, color, now: Date.now() }), "q: quit");
		await pause(over);
	}
}

async function watchOnPipe(look: Look, json: boolean): Promise<void> {
	using interrupt = listenForInterrupt();
	while (!interrupt.signal.aborted) {
		await writeTo(process.stdout, textOf(await look(), json));
		await pause(interrupt.signal);
	}
}

async function pause(over: AbortSignal): Promise<void> {
	await sleep(lookMs, undefined, { signal: over }).catch(() => undefined);
}

/** @param indent of JSON; undefined: on one line */
function textOf(report: FleetLoad & FleetExecutions, json: boolean, indent?: string): string {
	if (json) return printable(`${JSON.stringify(report, null, indent)}\n`);
	const width = isInteractive(process.stdout) ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
	return fleetText(report, { width, color: wantsColor(process.stdout), now: Date.now() });
}
