/** What hooks may use of the run that their action belongs to. */
import type { AnyActorRef } from "xstate";
import { confinedPath } from "../confined-path.ts";
import type { ActionMachine, ActionRun } from "../hooks/action-run.ts";
import { ValueError } from "./errors.ts";
import type { Visit } from "./visit.ts";

const ends = new WeakMap<AnyActorRef, AbortSignal>();

/** The same signal for all actions of a machine, so that what belongs to it is closed once. */
function endOf(machine: AnyActorRef): AbortSignal {
	const known = ends.get(machine);
	if (known) return known;
	const controller = new AbortController();
	const end = () => controller.abort();
	machine.subscribe({ complete: end, error: end });
	ends.set(machine, controller.signal);
	return controller.signal;
}

function machineOf({ plan }: Visit): ActionMachine {
	const { name, dir, settings, machines } = plan;
	const files = Object.values(machines).map((machine) => [machine.name, machine.id.replace(/#.*$/s, "")]);
	return { name, dir, settings: settings.raw, machines: Object.fromEntries(files) };
}

export function actionRunOf(visit: Visit): ActionRun {
	const { services, environment, machine, plan, meta } = visit;
	const durable = environment.keeper?.durable;
	const kept = durable !== undefined && !durable.isLazy ? durable : undefined;
	return {
		executionId: meta.execution_id,
		machine: machineOf(visit),
		store: kept?.store ?? null,
		logger: services.logger,
		get ended() {
			return endOf(machine);
		},
		now: () => services.now(),
		newId: () => services.newId(),
		async openStore(address) {
			if (services.openStore) return services.openStore(address);
			throw new ValueError("This program opens no stores for hooks. Give the machine's run a store of its own.");
		},
		async startMachine(file, input, name) {
			const { processes } = services;
			if (!processes) {
				throw new ValueError(
					`Machine \`${plan.name}\` may not start processes here. \`flatstate run\` lets it; in code, pass \`processes: machineProcesses()\`.`,
				);
			}
			const found = await confinedPath({ dir: plan.dir, file }, processes.roots);
			if ("problem" in found) {
				const problem = found.problem === "missing" ? "there is no such file" : "it is outside that folder";
				throw new ValueError(
					`Machine \`${plan.name}\` may start machines of its own folder ${plan.dir}, but not \`${file}\`: ${problem}.`,
				);
			}
			return processes.start({
				file: found.path,
				input,
				name,
				...(kept?.address !== undefined && { store: kept.address }),
			});
		},
	};
}
