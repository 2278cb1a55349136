/** The registry that every machine starts with: `distributed-worker`, `logging`, `metrics`, `webhook` (decisions: Running). */
import { loggerFromEnv } from "../logging/environment.ts";
import type { Logger, LogLevel } from "../logging/logger.ts";
import { argumentError, assertKnownArgs, positiveArg, textArg } from "./args.ts";
import { DistributedWorkerHooks } from "./distributed-worker-hooks.ts";
import { LoggingHooks } from "./logging-hooks.ts";
import type { HooksArgs } from "./make.ts";
import { MetricsHooks } from "./metrics-hooks.ts";
import { HooksRegistry, type HooksRegistryOptions } from "./registry.ts";
import { WebhookHooks } from "./webhook-hooks.ts";

/** Settings of {@link defaultHooksRegistry}. */
export interface DefaultHooksOptions extends HooksRegistryOptions {
	/** Where `logging` and `webhook` write. Default: `loggerFromEnv()`, because asking for these hooks asks for a log. */
	readonly logger?: Logger;
}

const LEVELS: Readonly<Record<string, LogLevel>> = {
	debug: "debug",
	info: "info",
	warn: "warn",
	warning: "warn",
	error: "error",
};

function loggingHooks(args: HooksArgs, logger: Logger): LoggingHooks {
	assertKnownArgs("logging", args, ["level"]);
	const wanted = textArg("logging", args, "level")?.toLowerCase() ?? "info";
	const level = Object.hasOwn(LEVELS, wanted) ? LEVELS[wanted] : undefined;
	if (level === undefined) {
		throw argumentError("logging", `expected \`level\` to be debug, info, warning or error, got \`${wanted}\`.`);
	}
	return new LoggingHooks({ logger, level });
}

function webhookHooks(args: HooksArgs, logger: Logger): WebhookHooks {
	assertKnownArgs("webhook", args, ["endpoint", "url", "timeout", "api_key"]);
	const endpoint = textArg("webhook", args, "endpoint") ?? textArg("webhook", args, "url");
	if (endpoint === undefined) {
		throw argumentError("webhook", "`endpoint` is missing. Give the address to post to, such as https://host/path.");
	}
	const timeout = positiveArg("webhook", args, "timeout");
	const apiKey = textArg("webhook", args, "api_key");
	return new WebhookHooks({
		endpoint,
		logger,
		...(timeout === undefined ? {} : { timeout }),
		// A stored configuration has an empty text where a key was.
		...(apiKey === undefined || apiKey === "" ? {} : { apiKey }),
	});
}

function metricsHooks(args: HooksArgs): MetricsHooks {
	assertKnownArgs("metrics", args, []);
	return new MetricsHooks();
}

/**
 * Makes a registry with the built-in hooks; more can be registered, also under the same names.
 *
 * `distributed-worker` takes `backend`, `db_path` and `url` (docs/workers.md). `logging` takes `level`. `webhook` takes `endpoint` (or `url`), `timeout` in seconds (5) and `api_key`. `metrics` takes
 * nothing. Other arguments fail with `hook_invalid_args` when the reference is resolved.
 */
export function defaultHooksRegistry(options: DefaultHooksOptions = {}): HooksRegistry {
	let { logger } = options;
	const log = (): Logger => {
		logger ??= loggerFromEnv();
		return logger;
	};
	return new HooksRegistry(options)
		.register("distributed-worker", DistributedWorkerHooks)
		.register("logging", (args: HooksArgs) => loggingHooks(args, log()))
		.register("metrics", metricsHooks)
		.register("webhook", (args: HooksArgs) => webhookHooks(args, log()));
}
