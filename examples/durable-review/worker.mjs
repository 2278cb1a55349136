/** A process that runs the review: begins it, or goes on with it. It tells its parent what happens. */
import { FlatMachine } from "flatstate";

const { command, executionId, input, store, model } = JSON.parse(process.argv[2]);
const machine = new FlatMachine({ file: `${import.meta.dirname}/config/review.yml`, store, model });
const options = { onEvent: (event) => process.send(event) };

const result =
	command === "run"
		? await machine.run(input, { ...options, executionId })
		: await machine.resume(executionId, options);
await machine.close();
process.send({ type: "end", status: result.status, error: result.error?.message });
process.disconnect();
