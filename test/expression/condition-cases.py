"""Writes condition-cases.json: what Python itself answers to our conditions. Run: python3 test/expression/condition-cases.py

Attributes read keys of mappings and give None elsewhere; `and`, `or` give booleans (spec section 5.1).
"""

import ast
import json
import os

SCOPE = {
    "context": {
        "n": 7,
        "zero": 0,
        "f": 2.5,
        "t": True,
        "no": False,
        "nothing": None,
        "s": "hello",
        "empty": "",
        "uni": "a😀b",
        "l": [1, 2, 3],
        "ll": [[1], [2, 3]],
        "el": [],
        "d": {"a": 1, "b": {"c": "deep"}},
        "ed": {},
        "class": "keyword",
    },
    "input": {"topic": "cats", "count": 3},
    "output": {"score": 0.75, "approved": False},
}

CASES = r"""
context.n > 5
context.n == 7 and context.s == 'hello'
context.n < 5 or context.t
not context.no
not context.n == 1
not context.n == 7 or True
context.missing
context.missing.deeper.still
context.nothing.x.y
context.l.length
context.s.nothing
context.missing == None
context.missing != null
context.nothing == null
context.n == 7.0
context.t == 1
context.t == true
context.no == 0
'1' == 1
context.l == [1, 2, 3]
context.d == context.d
context.d != context.ed
context.l[0] == 1
context.l[-1] == 3
context.l[9]
context.d['a'] == 1
context.d['zz']
context.nothing[0]
context.n[0]
context.s[0] == 'h'
context.uni[1] == '😀'
context.uni[2] == 'b'
context.s['a']
context.l['a']
context.l[1.0]
context.l[True] == 2
context.ll[1][0] == 2
1 < 2
1 < context.n < 10
1 < context.n < 5
5 > 3 > 3
1 == 1 == 1
1 != 2 != 1
context.n < 'a'
context.nothing < 1
context.missing >= 0
context.s < 'world'
context.s > 'Hello'
'Z' < 'a'
'😀' > '\uffee'
context.l < [1, 2, 4]
context.l < [1, 'a']
context.d < context.d
context.t < 2
context.t + context.t == 2
context.n + 1 == 8
context.n - 10 == -3
context.n * 2 == 14
context.n / 2 == 3.5
context.n // 2 == 3
-context.n // 2 == -4
context.n % 4 == 3
-context.n % 4 == 1
context.n % -4 == -1
context.n / 0
context.n // 0
context.n % 0
context.s + ' world' == 'hello world'
context.s + 1
context.l + [4] == [1, 2, 3, 4]
context.s * 2 == 'hellohello'
2 * context.l == [1, 2, 3, 1, 2, 3]
context.s - 'h'
context.nothing + 1
-context.s
+context.n == 7
--context.n == 7
0.1 + 0.2 == 0.3
0.1 + 0.2 > 0.3
1e3 == 1000
0x10 == 16
0b101 == 5
0o17 == 15
1_000 == 1000
.5 == 0.5
5. == 5
"double" == 'double'
'it\'s' == "it's"
'a' 'b' == 'ab'
'\x41\u00e9\101' == 'Aé\101'
r'\n' == '\\n'
'''triple 'quoted' text''' == "triple 'quoted' text"
context.n in [1, 7]
context.n not in [1, 7]
context.s in ['hello']
context.s in ('a', 'hello')
'ell' in context.s
'x' in context.s
1 in context.s
'a' in context.d
'zz' in context.d
2 in context.l
'2' in context.l
[1] in context.ll
1 in context.nothing
1 in context.n
None in [None]
context.nothing is None
context.n is None
context.n is not None
context.missing is not None
context.t is True
context.n is True
context.no is False
context.zero is False
'yes' if context.n > 5 else 'no'
1 if context.no else 2 if context.nothing else 3
context.l
context.el
context.d
context.ed
context.empty
context.s
context.zero
context.f
0.0
-0.0
''
'False'
None
True
false
context.el or context.ed or context.empty
context.l and context.s
context.n and context.zero
input.topic == 'cats'
input.count >= 3
output.score > 0.5 and not output.approved
output.score * 100 == 75
(context.n > 5) == True
(context.n > 5 and context.s) == True
((context.n))
context.n > 5 # a comment
context.d.b.c == 'deep'
context.d.b['c'] == 'deep'
context . n == 7
nope
nope.x == 1
NULL
TRUE == true
context.constructor
context.__proto__
context.toString
context.__class__
context.d.hasOwnProperty
context.s.upper
context.l.append
context['__proto__']
context.n ** 2
context.n && 1
context.n || 1
!context.n
context.n === 7
context.n = 7
context.n <> 7
{{ context.n }}
{'a': 1}
{1, 2}
len(context.l)
context.s.upper()
lambda: 1
[x for x in context.l]
context.l[0:2]
context.l[:]
context.n if context.t
context.n >
> 5
(context.n
context.n)
context.
.n
context..n
1 2
'unclosed
context.n and
and
not
f'{context.n}'
b'x'
1j
0777
context.n; 1
context.n, 1
@x
$x
a ? b : c
context.n is 7
context.x is defined
context.l.0
context.n |length
""".strip("\n").split("\n")

# What this project refuses though Python has it (spec section 5.1).
REFUSED_HERE = {
    'context.n ** 2',
    "{'a': 1}",
    '{1, 2}',
    'len(context.l)',
    'context.s.upper()',
    'lambda: 1',
    '[x for x in context.l]',
    'context.l[0:2]',
    'context.l[:]',
    "f'{context.n}'",
    "b'x'",
    '1j',
    'context.n, 1',
    'context.n is 7',
    'context.x is defined',
    'context.n |length',
}


class Attributes(ast.NodeTransformer):
    def visit_Attribute(self, node):
        self.generic_visit(node)
        call = ast.Call(ast.Name("read", ast.Load()), [node.value, ast.Constant(node.attr)], [])
        return ast.copy_location(call, node)

    def visit_BoolOp(self, node):
        self.generic_visit(node)
        call = ast.Call(ast.Name("bool", ast.Load()), [node], [])
        return ast.copy_location(call, node)


def read(value, name):
    return value.get(name) if isinstance(value, dict) else None


def answer(text):
    if text in REFUSED_HERE:
        return {"text": text, "error": "refused"}
    names = {**SCOPE, "null": None, "true": True, "false": False, "read": read, "bool": bool}
    try:
        tree = ast.fix_missing_locations(Attributes().visit(ast.parse(text, mode="eval")))
        value = eval(compile(tree, "condition", "eval"), {"__builtins__": {}}, names)
    except Exception as error:
        return {"text": text, "error": type(error).__name__}
    return {"text": text, "value": value, "truthy": bool(value)}


def main():
    cases = [answer(text) for text in CASES]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "condition-cases.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"scope": SCOPE, "cases": cases}, file, indent="\t", ensure_ascii=False)
        file.write("\n")
    print(len(cases), "cases,", sum("error" in one for one in cases), "of them errors")


main()
