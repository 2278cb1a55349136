"""Writes jinja-cases.json: what Jinja2 itself prints for our templates. Run: python3 test/expression/jinja-cases.py

The machine door is Jinja2 with a finalizer that prints lists and mappings as JSON and with the filter `fromjson`
(spec section 4); the prompt door is plain Jinja2 (spec section 19.3). `null` is none in both (decisions: Templates).
"""

import json
import os

import jinja2

SCOPE = {
    "context": {
        "n": 7,
        "zero": 0,
        "neg": -3,
        "f": 2.5,
        "small": 0.00001234,
        "tiny": 1.5e-7,
        "big": 123456789012,
        "yes": True,
        "no": False,
        "nothing": None,
        "s": "Hello World",
        "empty": "",
        "uni": "héllo 😀 wörld",
        "lines": "first line\nsecond line\n\nfourth",
        "html": "<b>\"it's\" & more</b>",
        "padded": "  spaced out  ",
        "csv": "a,b,,c",
        "num": "42",
        "fnum": "3.7",
        "json": '{"a": [1, 2.5, null, true], "b": "x"}',
        "l": [3, 1, 2],
        "words": ["banana", "Apple", "cherry", "apple"],
        "mixed": [1, "two", None, True, 2.5, [3], {"k": "v"}],
        "none_list": [None, 0, "", "x", False, 5],
        "nested": [[1, 2], [3], []],
        "el": [],
        "d": {"b": 2, "a": 1, "C": 3},
        "ed": {},
        "deep": {"x": {"y": {"z": "end", "list": [{"name": "first"}, {"name": "second"}]}}},
        "people": [
            {"name": "Bob", "age": 30, "city": "Rome", "tags": ["x", "y"]},
            {"name": "alice", "age": 25, "city": "Oslo", "tags": []},
            {"name": "Carol", "age": 30, "city": "rome", "tags": ["z"]},
            {"name": "dave", "age": None, "city": None, "tags": ["x"]},
        ],
        "quote": "it's",
        "dquote": 'say "hi"',
        "both": "it's \"both\"",
        "control": "tab\there\x07bell\\slash",
        "long": "The quick brown fox jumps over the lazy dog and runs away from the very-long-hyphenated word",
    },
    "input": {"topic": "cats", "count": 3},
    "output": {"approved": False, "score": 0.75, "items_list": ["a", "b"]},
}

MACHINE = r"""
{{ context.n }}
{{ context.f }}
{{ context.small }} {{ context.tiny }}
{{ context.big }}
{{ context.yes }} {{ context.no }} {{ context.nothing }}
[{{ context.missing }}]
[{{ missing }}]
{{ context.missing.deeper }}
{{ missing.deeper }}
{{ missing[0] }}
[{{ context.nothing.x }}]
[{{ context.s.x }}]
[{{ context.n.x }}]
{{ context.l }}
{{ context.mixed }}
{{ context.d }}
{{ context.deep }}
{{ context.people }}
{{ context.uni }} {{ [context.uni] }}
{{ [context.control] }} {{ [context.both] }}
{{ context.el }} {{ context.ed }}
{{ (1, 2) }} {{ (1,) }} {{ () }} {{ 1, 'a' }}
{{ [1, (2, 3)] }}
{{ range(3) }} {{ range(1, 10, 2) }} {{ range(3)|list }}
{{ context.mixed ~ '' }}
{{ context.d ~ context.l }}
{{ context.nothing ~ context.yes ~ 1.0 ~ missing }}
{{ context.mixed|string }}
{{ [context.quote, context.dquote, context.both, context.control]|string }}
{{ [context.uni]|string }}
{{ context.l|replace(',', ';') }}
{{ context.l[0] }} {{ context.l[-1] }} [{{ context.l[9] }}] {{ context.l.0 }} {{ context.nested.0.1 }}
{{ context['n'] }} {{ context['l'][1] }} [{{ context['missing'] }}]
{{ context.deep.x.y.list[1].name }}
{{ context.deep['x'].y['list'][0]['name'] }}
{{ context.s[0] }} {{ context.s[-1] }} {{ context.s[1:4] }} {{ context.s[::-1] }} {{ context.s[:5] }} {{ context.s[6:] }}
{{ context.uni[6] }} {{ context.uni[5:8] }} {{ context.uni|length }} {{ context.uni[::-1] }}
{{ context.l[1:] }} {{ context.l[:-1] }} {{ context.l[::2] }} {{ context.l[::-1] }} {{ context.l[5:] }} {{ context.l[-2:] }}
{{ range(10)[2:5]|list }} {{ range(10)[::-3]|list }}
{{ context.l['a'] }}
{{ 1 + 1 }} {{ 7 - 10 }} {{ 3 * 4 }} {{ 7 / 2 }} {{ 4 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 10 }}
{{ 1.5 + 1 }} {{ 1.5 * 2 }} {{ 0.1 + 0.2 }} {{ 7.5 // 2 }} {{ -7.5 // 2 }} {{ 7.5 % 2 }} {{ -7.5 % 2 }} {{ 2 ** -1 }} {{ 2 ** 0.5 }} {{ 4 ** 0.5 }}
{{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 2 ** 100 }} {{ 10 ** 20 }} {{ 3 ** 40 - 1 }}
{{ 1e15 }} {{ 1e16 }} {{ 1e-4 }} {{ 1e-5 }} {{ 123456.789e3 }} {{ -0.0 }} {{ 1e100 }} {{ 1.0 }} {{ 100.0 }} {{ 12345678901234567.0 }}
{{ 1_000 }} {{ 0x1f }} {{ 0b101 }} {{ 0o17 }} {{ 1_0.5 }}
{{ 10 - 3 - 2 }} {{ 2 + 3 * 4 }} {{ (2 + 3) * 4 }} {{ 100 / 10 / 2 }} {{ 2 * 3 % 4 }}
{{ 'a' + 'b' }} {{ 'ab' * 3 }} {{ 3 * 'x' }} {{ 'x' * -1 }}|
{{ [1] + [2, 3] }} {{ [0] * 3 }}
{{ 'a' + 1 }}
{{ 1 + 'a' }}
{{ [1] + 1 }}
{{ context.nothing + 1 }}
{{ missing + 1 }}
{{ 'a' - 'b' }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 1.0 / 0 }}
{{ -context.n }} {{ +context.n }} {{ -context.f }} {{ - 3 }} {{ -1.0 }} {{ -true }}
{{ -'a' }}
{{ true + true }} {{ true * 3 }} {{ 1 == true }} {{ 0 == false }} {{ 1 == 1.0 }} {{ '1' == 1 }}
{{ 'abc' ~ 1 ~ none ~ [1, 'x'] }}
{{ 'The %s is %d and %.2f' % ('cat', 5, 1.005) }} {{ '%s' % 'x' }} {{ '%5d|%-5d|%05d' % (1, 2, 3) }} {{ '%x %o %e %g' % (255, 8, 12345.678, 0.0001) }} {{ '%(a)s' % {'a': 1} }} {{ '100%%' % () }}
{{ '%s %s' % ('a',) }}
{{ '%d' % 'x' }}
{{ 1 < 2 }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 == 1 != 2 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ (1, 2) < (1, 2, 3) }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ missing < 1 }}
{{ [1] < 1 }}
{{ {} < {} }}
{{ missing == missing }} {{ missing == none }} {{ missing != 1 }}
{{ context.d == {'a': 1, 'b': 2, 'C': 3} }} {{ [1, 2.0] == [1.0, 2] }} {{ (1,) == [1] }} {{ 'a' == 'A' }}
{{ 2 in context.l }} {{ 9 in context.l }} {{ 'a' in context.d }} {{ 'ell' in context.s }} {{ 2 not in context.l }} {{ none in context.mixed }}
{{ 1 in 'abc' }}
{{ 'a' in 5 }}
{{ 'a' in none }}
{{ 'a' in missing }}
{{ not true }} {{ not context.empty }} {{ not not 1 }} {{ not 1 == 2 }}
{{ 1 and 2 }} {{ 0 and 2 }} {{ 0 or 'x' }} {{ '' or none }} {{ 'a' or 'b' }} {{ missing or 'fallback' }} {{ 1 or 2 and 0 }}
{{ 'yes' if context.n > 5 else 'no' }} {{ 'a' if false }}| {{ 1 if 0 else 2 if 0 else 3 }}
{{ (1 if false)|default('d') }}
{{ (1 if false).x }}
{{ {'a': 1, 'b': [1, 2]} }} {{ {'a': 1}.a }} {{ {'a': {'b': 2}}.a.b }} {{ {1: 'x', 2.5: 'y', none: 'z'} }} {{ {true: 't'} }}
{{ {1: 'x'}[1] }} {{ {1: 'x'}[1.0] }} [{{ {1: 'x'}['1'] }}] {{ {'10': 1, '2': 2, 'a': 3} }}
{{ {'a': 1}|string }} {{ [{'a': none, 'b': [true]}] ~ '' }}
{{ [1, 2, ] }} {{ {'a': 1, } }} {{ 'a' 'b' "c" }}
{{ 'tab\tnl\n\\ \' \" \x41 \u00e9 \101' }} {{ "\q" }}
{{ "a'b" }} {{ 'a"b' }}
{{ none }} {{ None }} {{ true }} {{ True }} {{ null }} {{ [null] }} {{ null is none }}
{% if null %}a{% else %}b{% endif %} {{ null == none }} {{ context.nothing == null }}
{% if context.yes %}A{% elif context.n %}B{% else %}C{% endif %}
{% if context.no %}A{% elif context.n %}B{% else %}C{% endif %}
{% if context.no %}A{% elif context.zero %}B{% else %}C{% endif %}
{% if missing %}A{% else %}B{% endif %}{% if context.el or context.ed or context.empty or context.nothing %}x{% endif %}
{% if output.approved == false %}rejected{% endif %} {% if "False" %}truthy{% endif %}
{% if not context.no and context.n > 3 or false %}ok{% endif %}
{% if 1 %}{% if 0 %}a{% else %}{% if 2 %}deep{% endif %}{% endif %}{% endif %}
{% for x in context.l %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}
{% for x in context.l %}{{ loop.index }}/{{ loop.length }} {{ loop.index0 }} {{ loop.revindex }} {{ loop.revindex0 }} {{ loop.first }} {{ loop.last }} {{ loop.depth }} {{ loop.depth0 }};{% endfor %}
{% for x in context.l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}
{% for x in context.l %}{{ loop.cycle('odd', 'even') }} {% endfor %}
{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }} {% endfor %}
{% for x in [] %}x{% else %}none{% endfor %} {% for x in missing %}x{% else %}undef{% endfor %}
{% for k in context.d %}{{ k }}{% endfor %} {% for k, v in context.d.items() %}{{ k }}={{ v }};{% endfor %}
{% for c in 'abc' %}{{ c }}-{% endfor %} {% for i in range(3) %}{{ i }}{% endfor %}
{% for x in context.l if x > 1 %}{{ loop.index }}:{{ x }} of {{ loop.length }};{% endfor %}
{% for x in context.l if x > 100 %}a{% else %}empty{% endfor %}
{% for p in context.people %}{{ p.name }} ({{ p.age }}): {% for t in p.tags %}{{ loop.index }}{{ t }}{% else %}-{% endfor %};{% endfor %}
{% for a in context.nested %}{% set outer = loop %}{% for b in a %}{{ outer.index }}.{{ loop.index }}={{ b }} {% endfor %}{% endfor %}
{% for x in context.nothing %}x{% endfor %}
{% for x in 5 %}x{% endfor %}
{% for a, b in [[1, 2], (3, 4)] %}{{ a }}{{ b }};{% endfor %}
{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}
{% for a, b in [1] %}{{ a }}{% endfor %}
{% for (a, b) in [[1, 2]] %}{{ a }}{{ b }}{% endfor %}
{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = i + 10 %}{{ x }} {% endfor %}{{ x }}
{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}
{% if false %}{% set y = 2 %}{% endif %}[{{ y }}]
{{ context.n }}{% set context = {'n': 'local'} %}{{ context.n }}
{% set a, b = 1, 2 %}{{ a }}{{ b }} {% set t = 1, 2 %}{{ t }}
{% set a, b = [1] %}
{% set ns = namespace(total=0) %}{% for x in context.l %}{% set ns.total = ns.total + x %}{% endfor %}{{ ns.total }} [{{ ns.missing }}]
{% set ns = namespace() %}{% set ns.a = [1] %}{{ ns.a }}
{% set context.x = 1 %}
{% set block %}Hi {{ context.n }}!{% endset %}{{ block }}{{ block|upper }}
{% set block | upper | replace('A', 'b') %}abca{% endset %}{{ block }}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}[{{ a }}]
{% with %}{% set z = 5 %}{{ z }}{% endwith %}[{{ z }}]
{% set a = 'out' %}{% with a = 1, b = a %}{{ b }}{% endwith %}
{% filter upper %}abc {{ context.s }}{% endfilter %}
{% filter indent(2)|trim %}a
b{% endfilter %}
{% for x in [1, 2] %}{% set y = x %}{% else %}{% endfor %}[{{ y }}]
{% raw %}{{ not.rendered }} {% if %}{% endraw %}{{ context.n }}
{%- raw -%}  a {{ x }}  {%- endraw -%}  b
a{# comment {{ x }} #}b{# multi
line #}c
a  {#- c -#}  b
  {{- context.n -}}  x  {{- 1 }}  {{ 2 -}}  y
{% if true -%}  a  {%- endif %}  b
{%+ if true +%} x {%+ endif +%} y
{% for i in [1,2] -%}
  {{ i }}
{%- endfor %}
line1
{% if true %}
inside
{% endif %}
end

trailing newlines

{{ context.lines }}
{{ context.s|upper }} {{ context.s|lower }} {{ 'hELLO wORLD'|capitalize }} {{ "hello wORLD it's a-b (c) x_y"|title }}
{{ context.padded|trim }}| {{ 'xxaxx'|trim('x') }} {{ 'a,b;'|trim(';,') }}
{{ context.s|replace('o', '0') }} {{ context.s|replace('o', '0', 1) }} {{ 'aaa'|replace('a', 'b', count=2) }} {{ 5|replace(5, 6) }} {{ 'ab'|replace('', '-') }}
{{ context.s|length }} {{ context.l|length }} {{ context.d|count }} {{ context.empty|length }} {{ missing|length }}
{{ 5|length }}
{{ none|length }}
{{ context.l|first }} {{ context.l|last }} {{ 'abc'|first }} {{ 'abc'|last }} [{{ []|first }}] {{ context.d|first }} {{ context.d|last }}
{{ context.l|join }} {{ context.l|join(', ') }} {{ context.mixed|join('|') }} {{ context.people|join(', ', attribute='name') }} {{ 'abc'|join('-') }} {{ context.l|join(d='/') }}
{{ context.l|sort }} {{ context.l|sort(reverse=true) }} {{ context.words|sort }} {{ context.words|sort(case_sensitive=true) }} {{ context.people[:3]|sort(attribute='age,name')|map(attribute='name')|list }}
{{ context.people[:3]|sort(attribute='name')|map(attribute='name')|join(' ') }} {{ context.people[:3]|sort(reverse=true, attribute='age')|map(attribute='name')|join(' ') }}
{{ context.mixed|sort }}
{{ context.people|sort(attribute='age') }}
{{ context.words|unique|list }} {{ context.words|unique(case_sensitive=true)|join(',') }} {{ context.people|unique(attribute='age')|map(attribute='name')|list }} {{ [1, 1.0, true, 2]|unique|list }}
{{ context.l|min }} {{ context.l|max }} {{ context.words|min }} {{ context.words|max }} [{{ []|max }}] {{ (context.people[:3]|max(attribute='age')).name }} {{ (context.people[:3]|min(attribute='age')).name }}
{{ context.l|sum }} {{ context.people[:3]|sum(attribute='age') }} {{ [1.5, 2.5]|sum }} {{ []|sum }} {{ [1]|sum(start=10) }} {{ [[1], [2]]|sum(start=[]) }}
{{ ['a']|sum }}
{{ context.l|reverse|list }} {{ 'abc'|reverse }} {{ context.uni|reverse }}
{{ context.l|list }} {{ 'abc'|list }} {{ context.d|list }} {{ missing|list }}
{{ context.d|dictsort }} {{ context.d|dictsort(true) }} {{ context.d|dictsort(false, 'value') }} {{ context.d|dictsort(reverse=true) }} {{ context.d|dictsort(by='value', reverse=true) }}
{% for k, v in context.d|items %}{{ k }}{{ v }} {% endfor %} {{ missing|items|list }} {{ context.d|items|list }}
{{ [1, 2, 3, 4, 5, 6, 7]|batch(3)|list }} {{ [1, 2, 3, 4]|batch(3, 'x')|list }} {{ context.l|batch(2, none)|list }}
{{ [1, 2, 3, 4, 5, 6, 7]|slice(3)|list }} {{ [1, 2, 3, 4]|slice(3, 'x')|list }} {{ range(10)|slice(4)|list }}
{% for g in context.people[:3]|groupby('age') %}{{ g.grouper }}:{{ g.list|map(attribute='name')|join(',') }} {% endfor %}{% for k, l in context.people[:3]|groupby('city') %}{{ k }}={{ l|length }} {% endfor %}
{% for k, l in context.people[:3]|groupby('city', case_sensitive=true) %}{{ k }}={{ l|length }} {% endfor %} {{ [{'a': 1}, {}]|groupby('a', default=0)|length }}
{{ context.l|map('string')|list }} {{ context.words|map('upper')|join(' ') }} {{ context.people|map(attribute='city', default='?')|list }} {{ context.people|map(attribute='nope', default='?')|list }} {{ context.words|map('replace', 'a', 'A')|list }} {{ context.words|map('truncate', 4, true, end='.', leeway=0)|list }} {{ [[1, 2], [3]]|map('sum')|list }} {{ [[1, 2], [3]]|map(attribute=0)|list }} {{ [{'a': {'b': [5]}}]|map(attribute='a.b.0')|list }}
{{ context.l|map('nope')|list }}
{{ context.none_list|select|list }} {{ context.none_list|reject|list }} {{ context.l|select('gt', 1)|list }} {{ context.l|select('odd')|list }} {{ context.l|reject('odd')|list }} {{ context.l|select('>', 2)|list }} {{ context.mixed|select('string')|list }} {{ context.none_list|reject('none')|list }} {{ context.l|select('in', [1, 2])|list }} {{ context.l|select('equalto', 2)|first }} {{ context.l|select('divisibleby', 3)|list }}
{{ context.people|selectattr('age')|map(attribute='name')|list }} {{ context.people|selectattr('age', 'eq', 30)|map(attribute='name')|list }} {{ context.people|rejectattr('tags')|map(attribute='name')|list }} {{ context.people|selectattr('city', 'none')|map(attribute='name')|list }} {{ context.people|selectattr('nope', 'defined')|list|length }} {{ context.people|rejectattr('age', 'none')|list|length }}
{{ missing|default('d') }} {{ context.missing|default('d') }} {{ context.nothing|default('d') }} {{ context.nothing|default('d', true) }} {{ ''|default('d') }} {{ ''|default('d', boolean=true) }} {{ 0|d('z', true) }} [{{ missing|default }}] {{ missing|default([1]) }} {{ missing|default(none) }}
{{ context.missing.x|default('d') }}
{{ '3.7'|int }} {{ 'junk'|int }} {{ 'junk'|int(5) }} {{ '42'|int }} {{ 3.9|int }} {{ -3.9|int }} {{ '0x1A'|int(base=16) }} {{ '1A'|int(0, 16) }} {{ true|int }} {{ none|int }} {{ ' 12 '|int }} {{ '1e3'|int }} {{ '1_000'|int }} {{ '-5'|int }} {{ [1]|int }} {{ ''|int }}
{{ '3'|float }} {{ '3.25'|float }} {{ 'x'|float }} {{ 'x'|float(1.5) }} {{ 7|float }} {{ '1e3'|float }} {{ none|float }} {{ 'inf'|float }} {{ ' 2 '|float }} {{ '.5'|float }} {{ '5.'|float }}
{{ 2.5|round }} {{ 3.5|round }} {{ 2.567|round(2) }} {{ 2.675|round(2) }} {{ 1234|round(-2) }} {{ 2.1|round(0, 'ceil') }} {{ 2.9|round(method='floor') }} {{ 7|round }} {{ -2.5|round }} {{ 0.5|round }} {{ 1.005|round(2, 'floor') }} {{ 1250.0|round(-2) }} {{ 2.345|round(1) }}
{{ 'x'|round }}
{{ -5|abs }} {{ -2.5|abs }} {{ 3|abs }} {{ true|abs }}
{{ 'x'|abs }}
{{ context.d|tojson }} {{ context.html|tojson }} {{ [1.0, none, true, 'é', "it's"]|tojson }} {{ {'b': 1, 'a': [1]}|tojson(indent=2) }} {{ []|tojson(2) }} {{ 'x'|tojson }} {{ 1.5|tojson }} {{ none|tojson }}
{{ missing|tojson }}
{{ context.deep|tojson(indent=1) }}
{{ context.json|fromjson }} {{ (context.json|fromjson).a }} {% for x in (context.json|fromjson).a %}{{ x }};{% endfor %}
{{ 'nope'|fromjson }}
{{ 5|fromjson }}
{{ context.html|e }} {{ context.html|escape }} {{ '<'|e|e }} {{ '<'|safe }} {{ 5|e }} {{ '<'|forceescape }}
{{ '<p>Hello <b>big</b>\n  world</p><!-- x --> &amp; &lt;ok&gt; &#65;'|striptags }}
{{ 'a b&c/d?é='|urlencode }} {{ {'a': 'x y', 'b': '/&'}|urlencode }} {{ [['k', 1]]|urlencode }} {{ 5|urlencode }}
{{ context.lines|indent }} | {{ context.lines|indent(2) }} | {{ context.lines|indent(2, true) }} | {{ context.lines|indent(1, blank=true) }} | {{ context.lines|indent('> ', first=true) }}
{{ context.long|truncate(20) }}|{{ context.long|truncate(20, true) }}|{{ context.long|truncate(20, false, '…') }}|{{ context.long|truncate(88) }}|{{ 'abcdefghij klm'|truncate(9, leeway=0) }}|{{ 'abc def ghi'|truncate(8, leeway=0) }}|{{ 'short'|truncate }}
{{ 'abc'|truncate(2) }}
{{ context.long|wordwrap(20) }}
{{ context.long|wordwrap(10, break_on_hyphens=false) }}
{{ context.long|wordwrap(5, false) }}
{{ context.long|wordwrap(5) }}
{{ context.lines|wordwrap(6, wrapstring='/') }}
{{ context.long|wordcount }} {{ 'one, two  three-four'|wordcount }}
[{{ 'ab'|center(6) }}] [{{ 'abc'|center(6) }}] [{{ 'ab'|center(5) }}] {{ 'abc'|center }}|
{{ '%s-%s'|format(1, 'a') }} {{ '%(x)s'|format(x=5) }} {{ '%05.1f|%+d|% d'|format(3.14159, 5, 6) }} {{ '%r %s'|format('a', none) }} {{ '%c%%'|format('x') }} {{ '%.3s|%5s|%-5s|'|format('abcdef', 'a', 'b') }}
{{ '%.0f %.0f %.0f %.1f %.2f'|format(0.5, 1.5, 2.5, 0.25, 2.675) }}
{{ 0|filesizeformat }} {{ 1|filesizeformat }} {{ 999|filesizeformat }} {{ 1000|filesizeformat }} {{ 1234567|filesizeformat }} {{ 1024|filesizeformat(true) }} {{ 123456789|filesizeformat(binary=true) }}
{{ {'class': 'a b', 'id': none, 'x': '<'}|xmlattr }}
{{ context.d|pprint }} {{ [1, 'a', none]|pprint }} {{ 'x'|pprint }}
{{ context.people|pprint }}
[{{ context|attr('n') }}]
{{ context.s|string|upper|lower|title }}
{{ (1, 2, 3)|join('-') }} {{ (3, 1)|sort }} {{ (1, 2)[0] }} {{ (1, 2)|list }} {{ (1, 2) + (3,) }}
{{ 5 is defined }} {{ missing is defined }} {{ context.missing is defined }} {{ missing is undefined }} {{ context.nothing is defined }} {{ missing is not defined }}
{{ context.missing.x is defined }}
{{ none is none }} {{ 1 is none }} {{ missing is none }} {{ 's' is string }} {{ 1 is string }} {{ 1 is number }} {{ 1.5 is number }} {{ true is number }} {{ '1' is number }}
{{ 1 is integer }} {{ true is integer }} {{ 1.0 is integer }} {{ 1.0 is float }} {{ 1 is float }} {{ true is boolean }} {{ 1 is boolean }} {{ true is true }} {{ 1 is true }} {{ false is false }} {{ 0 is false }}
{{ {} is mapping }} {{ [] is mapping }} {{ [] is sequence }} {{ 'a' is sequence }} {{ {} is sequence }} {{ 1 is sequence }} {{ [] is iterable }} {{ 1 is iterable }} {{ missing is iterable }} {{ none is iterable }} {{ range(2) is sequence }}
{{ 4 is even }} {{ 3 is odd }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 1 is eq 1 }} {{ 1 is ne(2) }} {{ 2 is gt 1 }} {{ 2 is ge 2 }} {{ 1 is lt 2 }} {{ 1 is le 0 }} {{ 1 is equalto 1 }} {{ 2 is greaterthan 1 }} {{ 1 is lessthan 2 }}
{{ 'a' is in 'abc' }} {{ 1 is in [1, 2] }} {{ 5 is not in [1] }} {{ 'abc' is lower }} {{ 'ABC' is upper }} {{ 'a1' is lower }} {{ '1' is lower }} {{ none is sameas none }} {{ range is callable }} {{ 5 is callable }}
{{ 'upper' is filter }} {{ 'nope' is filter }} {{ 'odd' is test }} {{ '<' is escaped }}
{{ 'a' is even }}
{{ 1 is defined and 2 is odd or missing is defined }} {{ not missing is defined }} {{ 1 is defined == true }}
{{ context.s.upper() }} {{ context.s.lower() }} {{ context.padded.strip() }}|{{ context.padded.lstrip() }}|{{ context.padded.rstrip() }}| {{ 'xax'.strip('x') }} {{ context.s.title() }} {{ "it's".title() }} {{ 'aB'.swapcase() }} {{ 'hello World'.capitalize() }}
{{ context.csv.split(',') }} {{ ' a  b c '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a b  c'.split(none, 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ' a b c '.rsplit(none, 1) }} {{ 'a b c'.split(maxsplit=1) }} {{ ''.split() }} {{ ''.split(',') }} {{ context.lines.splitlines() }} {{ 'a-b'.partition('-') }} {{ 'a-b-c'.rpartition('-') }} {{ 'a'.partition('x') }}
{{ ', '.join(['a', 'b']) }} {{ ''.join(context.words) }} {{ '-'.join('abc') }}
{{ ','.join([1]) }}
{{ 'a'.split('') }}
{{ context.s.replace('l', 'L') }} {{ context.s.replace('l', 'L', 1) }} {{ context.s.startswith('Hell') }} {{ context.s.endswith('x') }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.startswith('b', 1) }} {{ context.s.find('o') }} {{ context.s.find('zz') }} {{ context.s.rfind('o') }} {{ context.s.index('W') }} {{ context.s.count('l') }} {{ context.uni.find('w') }}
{{ context.s.index('zz') }}
{{ '5'.zfill(3) }} {{ '-5'.zfill(4) }} [{{ 'a'.center(4) }}] [{{ 'a'.ljust(3) }}] [{{ 'a'.rjust(3, '.') }}] {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }}
{{ '12'.isdigit() }} {{ 'a1'.isalpha() }} {{ 'a1'.isalnum() }} {{ ' '.isspace() }} {{ 'AB'.isupper() }} {{ 'ab'.islower() }} {{ ''.isdigit() }} {{ 'Ab Cd'.istitle() }}
{{ '{} and {}'.format(1, 'b') }} {{ '{0}{1}{0}'.format('a', 'b') }} {{ '{x}'.format(x=5) }} {{ '{:.2f}'.format(3.14159) }} {{ '{:>5}|{:<5}|{:^5}|{:*^7}'.format('a', 'b', 'c', 'd') }} {{ '{:05d} {:,} {:+d} {:x} {:%}'.format(42, 1234567, 5, 255, 0.25) }} {{ '{{}}'.format() }} {{ '{0[a]}'.format({'a': 1}) }} {{ '{:.1%} {:e} {:g} {:.3}'.format(0.1234, 12345.678, 0.00001, 'abcdef') }} {{ '{!r}'.format('a') }}
{{ '{}'.format() }}
{{ '{:d}'.format('x') }}
{{ context.d.items() }} {{ context.d.keys() }} {{ context.d.values() }} {{ context.d.items()|list }} {{ context.d.keys()|list }} {{ context.d.values()|sum }} {{ context.d.get('a') }} {{ context.d.get('zz') }} {{ context.d.get('zz', 5) }} {{ context.d.copy() }}
{% set l = [1] %}{% set _ = l.append(2) %}{{ l }} {% set _ = l.extend([3, 4]) %}{{ l }} {{ l.pop() }} {{ l }} {{ l.index(2) }} {{ l.count(1) }} {% set _ = l.insert(0, 9) %}{{ l }} {% set _ = l.remove(9) %}{{ l }} {% set _ = l.reverse() %}{{ l }} {% set _ = l.sort() %}{{ l }}
{% set d = {'a': 1} %}{% set _ = d.update({'b': 2}) %}{{ d }} {% set _ = d.update(c=3) %}{{ d }} {{ d.pop('a') }} {{ d }} {{ d.setdefault('z', 5) }} {{ d }}
{% set d = dict(a=1, b='x') %}{{ d }} {{ d.a }} {{ dict({'x': 1}, y=2) }} {{ dict([('k', 'v')]) }}
{% set l = [] %}{% for x in context.l %}{% set _ = l.append(x * 2) %}{% endfor %}{{ l }}
{{ context.s.nope() }}
{{ context.nope() }}
{{ nope() }}
{{ context.n() }}
{{ context.nothing.upper() }}
{{ missing.upper() }}
{{ 5.upper() }}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% set _ = c.reset() %}{{ c.next() }}
{% set j = joiner(', ') %}{% for x in context.l %}{{ j() }}{{ x }}{% endfor %}
{{ range(5)|sum }} {{ range(2, 5)|join(',') }} {{ 3 in range(5) }} {{ range(5)[2] }} {{ range(5)|last }} {{ range(0) }} {{ range(5, 0, -2)|list }}
{{ range(1, 2, 0) }}
{{ range('a') }}
{{ 1.0|string }} {{ 1.0 ~ '' }} {{ [1.0, 2.5] }} {{ [1.0]|string }} {{ (4 / 2)|int }} {{ 4 / 2 == 2 }} {{ (4 / 2) in [2] }} {{ 6 / 2 * 2 }} {{ 10 / 4 + 1.5 }} {{ 1.0|int }} {{ 2.0 ** 3 }}
{{ [4 / 2]|tojson }} {{ {'a': 3 / 3} }}
{{ 'a' if context.d else 'b' }} {{ context.l and 'full' or 'empty' }} {{ context.el and 1 }}
{{ output.score * 100 }} {{ (output.score * 100)|round|int }}% {{ output.items_list|join }} {{ input.topic|upper }} {{ input.count + 1 }}
{{ context.people|map(attribute='tags')|sum(start=[]) }} {{ context.people|map(attribute='tags')|map('length')|sum }}
{{ (context.people|selectattr('name', 'equalto', 'Bob')|first).city }} {{ (context.people|first)['name'] }} {{ context.people[0].tags[1] }}
{{ context.words|map('lower')|unique|sort|join(', ') }} {{ context.words|map('length')|max }}
{{ "%.2f"|format(context.f) }} {{ context.f|round(1) }} {{ (context.n / 3)|round(2) }}
{{ context['d']['a'] + context.d['b'] }} {% set key = 'C' %}{{ context.d[key] }}
{{ loop }}
{% for x in [1] %}{{ loop.index }}{% for y in [1] %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}
{{ context.f|string ~ '|' ~ context.big }} {{ context.neg|abs ~ 'x' }}
{{ '' }}{{ "" }}|{{ ' ' }}|
{{ 'a\
b' }}
{{ }}
{{ 1 + }}
{{ (1 }}
{{ 1 ) }}
{{ a b }}
{{ 'unclosed }}
{% if %}{% endif %}
{% if true %}
{% endif %}
{% for x %}{% endfor %}
{% for x in %}{% endfor %}
{% else %}
{% nope %}
{% if true %}{% endfor %}
{{ x|nope }}
{{ x is nope }}
{{ 1 is }}
{% set %}
{% set 1 = 2 %}
{% block %}
{{ {'a' 1} }}
{{ [1 2] }}
{{ x. }}
{{ x[ }}
{# unclosed
{% raw %} unclosed
{{ 1 if }}
{{ not }}
{{ 'a' | }}
{{ a = 1 }}
{{ a && b }}
{{ a ? b : c }}
{% elif x %}
{% include 'x' %}
""".strip("\n").split("\n")

PROMPT = r"""
{{ context.l }} {{ context.mixed }} {{ context.d }}
{{ context.people[0] }}
{{ context.uni }} {{ [context.uni] }} {{ [context.quote, context.dquote, context.both] }}
{{ [context.control] }} {{ ['\u200b\xa0\u2028'] }}
{{ context.nothing }} {{ context.yes }} {{ 1.0 }} [{{ missing }}]
{{ context.d|tojson }} {{ context.d.items() }} {{ (1,) }}
{% for x in context.l %}- {{ x }}
{% endfor %}
{{ '{}'|fromjson }}
{{ {'a': 1.0, 'b': [none, true]} }}
{{ context.json }}
{{ context.words|join(', ') }} {{ input.topic }}
{{ missing.x }}
""".strip("\n").split("\n")

# Templates of several lines; in the lists above a line is a template.
LONG = [
    "line1\n{% if true %}\ninside\n{% endif %}\nend\n",
    "a\n\n",
    "\n{{ context.n }}\n",
    "{% for p in context.people -%}\n* {{ p.name }}\n{%- if p.age %} ({{ p.age }}){% endif %}\n{% endfor %}",
    "{%- for x in context.l -%}\n    {{ x }}\n{%- if not loop.last %},{% endif -%}\n{%- endfor -%}\n",
    "{% set x %}\nblock\n{% endset %}[{{ x }}]",
    "a\r\nb {{ context.n }}\r\n",
    "{# c #}\ntext {{ 1 }}{# d -#}\n  more",
    "{{ context.lines | indent(4) }}",
    "Scores:\n{% for k, v in context.d | dictsort %}\n- {{ k }}: {{ v }}\n{% else %}\nnone\n{% endfor %}\n",
    "{% if context.n > 5 %}\n  big\n{% elif context.n > 2 %}\n  middle\n{% else %}\n  small\n{% endif %}\n\n",
    "{{ context.d\n   | tojson(indent=4)\n}}",
    "{% filter indent(2)|trim %}\na\nb{% endfilter %}",
    "{%- raw -%}\n  a {{ x }}\n{%- endraw -%}  b",
    "{% for i in [1,2] -%}\n  {{ i }}\n{%- endfor %}",
    "a{# multi\nline #}c{% if true %}\n\n{% endif %}",
    "{{ 'two\nlines' }}",
    "{% if true %}\n",
    "{{ context.n\n",
    "{% raw %}\n{{ x }}\n{% endraw %}\n",
    "x\n{%- if true %}\ny{% endif -%}\n\nz\n",
    "{%+ if true %}\n  a\n{%+ endif %}",
]


def from_json(value):
    return json.loads(value)


def finalize(value):
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def environment(door):
    env = jinja2.Environment(finalize=finalize) if door == "machine" else jinja2.Environment()
    env.globals["null"] = None
    if door == "machine":
        env.filters["fromjson"] = from_json
    return env


def case(door, template):
    if door == "machine" and "{{" not in template and "{%" not in template:
        return {"door": door, "template": template, "text": template}
    try:
        text = environment(door).from_string(template).render(**SCOPE)
    except Exception as error:
        return {"door": door, "template": template, "error": type(error).__name__}
    return {"door": door, "template": template, "text": text}


def main():
    seen = set()
    cases = []
    for door, templates in (("machine", MACHINE + LONG), ("prompt", PROMPT + LONG)):
        for template in templates:
            if template == "" or (door, template) in seen:
                continue
            seen.add((door, template))
            cases.append(case(door, template))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jinja-cases.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"scope": SCOPE, "cases": cases}, file, indent="\t", ensure_ascii=False)
        file.write("\n")
    print(len(cases), "cases,", sum("error" in one for one in cases), "of them errors")


main()
