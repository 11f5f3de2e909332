"""Lists the functions of C and C++ files with universal-ctags and lizard.

Neither reads macros, so that a function counts if both find it, by name and last line. One that only one of them finds
may be missing in ours.
"""

import json
import re
import subprocess
import sys

import lizard

LANGUAGE = sys.argv[1]
# Macros that group tests, as namespaces do.
SUITES = ("SUITE(x)=namespace", "TEST_SUITE(x)=namespace")
BEFORE_HEAD = (";", "}", "{", "*/", ":")


def first_line(lines, named):
    """Returns the first line of the head of a function that is named in a line, both from 1."""
    at = named - 1
    while at > 0:
        text = lines[at - 1].split("//")[0].strip()
        if not text or text.startswith("#") or text.endswith(BEFORE_HEAD):
            break
        at -= 1
    return at + 1


def with_ctags(path):
    options = ["--output-format=json", "--fields=+neKZs", "--kinds-C=f", "--kinds-C++=f", "-I", "__attribute__+"]
    options += [part for suite in SUITES for part in ("-D", suite)]
    command = ["ctags", *options, f"--language-force={LANGUAGE}", "-f", "-", path]
    output = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "replace")
    for line in output.splitlines():
        tag = json.loads(line)
        if tag.get("kind") == "function" and "end" in tag:
            scope = tag.get("scope", "")
            if "__anon" in scope:
                scope = "::".join(part for part in scope.split("::") if not part.startswith("__anon"))
            yield (f"{scope}::{tag['name']}" if scope else tag["name"]), tag["line"], tag["end"]


def last_part(name):
    return name.rsplit("::", 1)[-1].replace(" ", "")


def shown(name):
    """Returns a name to compare; none where ctags made one up, or for a macro that declares functions: `TEST(a) {`."""
    made_up = re.search(r"(^|::)(__anon|(TYPED_)?TEST(_F|_P)?::)", name)
    return None if made_up or last_part(name).isupper() else name


def functions(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    lines = text.split("\n")
    try:
        analysis = lizard.analyze_file.analyze_source_code("a.c" if LANGUAGE == "C" else "a.cpp", text)
    except RecursionError:
        return None
    seen = {(last_part(one.name), one.end_line): one for one in analysis.function_list}
    found = []
    for name, named, end in with_ctags(path):
        agreed = seen.pop((last_part(name), end), None)
        spans = [[first, end] for first in range(first_line(lines, named), named + 1)]
        found.append({"name": shown(name), "plain": True, "lines": spans, "optional": agreed is None})
    for one in seen.values():
        spans = [[first, one.end_line] for first in range(first_line(lines, one.start_line), one.start_line + 1)]
        found.append({"name": shown(one.name), "plain": True, "lines": spans, "optional": True})
    return found


for line in sys.stdin:
    print(json.dumps(functions(line.rstrip("\n"))))
