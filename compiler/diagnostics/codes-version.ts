/** Diagnostics FS6xxx: versions, and what would not run the same elsewhere. */
import { warning, yaml } from "./diagnostic-code.ts";

export const versionCodes = {
	FS6001: warning(
		"Version is newer than this release knows",
		'spec_version: "9.0.0"',
		"Update, or write the version used.",
	),
	FS6002: warning("Version cannot be read", "spec_version: latest", 'Write it as `"4.2.1"`.'),
	FS6003: warning(
		"Version is older than 0.4",
		'spec_version: "0.2.0"',
		"Check the result: only 0.4 and above are known.",
	),
	FS6004: warning(
		"Whole float prints without its fraction",
		yaml(
			"context: { rate: 1.0 }",
			"states:",
			"  start: { type: initial, transitions: [{ to: done }] }",
			'  done: { type: final, output: { text: "Rate {{ context.rate }}" } }',
		),
		'Print it with `{{ context.rate | float }}`, which gives `1.0`, or write `"1.0"` if it is only printed.',
	),
	FS6101: warning(
		"Key of flatstate's own",
		"template_engine: liquid",
		"Leave it out, if the file must run elsewhere too.",
	),
	FS6102: warning(
		"Behaves differently on the reference",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    transitions: [{ condition: input.x == 1, to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Write it as the message says, if the file must run elsewhere too.",
	),
};
