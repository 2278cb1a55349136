#!/usr/bin/env node
/** The `flatstate` command: parses, runs, sets the exit code. */
import { runCommandLine } from "./program.ts";
import { surviveStreamErrors } from "./streams.ts";

/** Milliseconds that a hook's open timers and connections may keep a finished command alive. */
const grace = 1000;

surviveStreamErrors(process.stdout, process.stderr);
process.exitCode = await runCommandLine(process.argv);
// Everything is written by now. The timer holds nothing up: it fires only where something else does.
setTimeout(() => process.exit(), grace).unref();
