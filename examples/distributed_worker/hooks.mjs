/** The hooks of the workers' own job, for `--hooks`. The hooks `distributed-worker` are there without it. */
import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

export default {
	laundry: {
		async onAction(action, context) {
			if (action !== "wash") return context;
			const { things, until } = context.bag;
			if (things.includes("a red sock")) throw new Error("a red sock among the shirts");
			// The duvet takes long: so long that its worker can be killed in the middle.
			while (until !== undefined && !existsSync(until)) await setTimeout(20);
			return { ...context, washed: things.map((thing) => `${thing}, clean`) };
		},
	},
};
