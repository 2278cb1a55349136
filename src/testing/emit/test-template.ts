/** The text of an emitted test file, as a Liquid template; test-file.ts has its values and filters. */

export const testTemplate = `// Tests of {{ file | comment }}: one for each scenario that \`flatstate test FILE --emit DIR\` found, yours to edit.
// Each replays a run on the real runtime. Agents, child machines, actions and signals answer with what is given here, in
// the order in which the machine asks. Change what you like; \`--update\` writes the file anew and says what it replaces.
// \`review#1\` is the second transition of the state review, \`review!TimeoutError\` its route for that error.
import { join } from "node:path";
import { compileFile } from "flatstate";
import { {% if inner %}innerMachine, {% endif %}replay{% if repeats %}, times{% endif %} } from "flatstate/testing";
import { describe, expect, test } from "vitest";

{% for statement in compiles -%}
{{ statement }}
{% endfor -%}
{% if inner -%}
const machine = innerMachine(outer, {{ inner | literal }});
{% endif %}
describe({{ name | literal }}, () => {
{%- for test in tests %}
	test({{ test.name | literal }}, async () => {
		const run = await replay({{ test.answers | arguments: 2 }});
{% for expectation in test.expectations %}
		expect(run.{{ expectation.what }}).{{ expectation.matcher }}({{ expectation | expected: 2 }});
{%- endfor %}
	});
{%- unless forloop.last %}
{% endunless %}
{%- endfor %}
});
{% for line in digests %}
// {{ line }}
{%- endfor %}
`;
