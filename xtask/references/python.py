"""Lists the functions of Python files with the module `ast`."""

import ast
import json
import sys
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(10_000)


def visit(node, scope, statement, found):
    for child in ast.iter_child_nodes(node):
        around = child if isinstance(child, ast.stmt) else statement
        inner = scope
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner = [*scope, child.name]
            first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
            found.append({"name": ".".join(inner), "lines": [[first, child.end_lineno]]})
        elif isinstance(child, ast.ClassDef):
            inner = [*scope, child.name]
        elif isinstance(child, ast.Lambda):
            lines = [[part.lineno, part.end_lineno] for part in (child, around)]
            found.append({"name": None, "lines": lines})
        visit(child, inner, around, found)


def functions(path):
    with open(path, "rb") as file:
        try:
            tree = ast.parse(file.read())
        except (SyntaxError, ValueError, RecursionError):
            return None
    found = []
    visit(tree, [], None, found)
    return found


for line in sys.stdin:
    print(json.dumps(functions(line.rstrip("\n"))))
