"""Measures what trivial rules learn from generated pairs. Reads JSONL, one pair a line, and prints a table.

Usage: python measure_pairs.py PAIRS.jsonl [--bandit N] [--check]

Needs scikit-learn; with `--bandit`, also bandit. The pairs come from the example `write_pairs` beside this file.
"""

import argparse
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from collections import defaultdict

import numpy
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

# A name, a number, or a single sign: what a lexer that knows no language makes of code.
TOKEN = re.compile(r"\w+|[^\w\s]")
SHINGLE = 5
NEAR = 0.8

# What the pairs must keep: the largest value of each figure.
BARS = {"grouped_accuracy": 0.65, "cells_accuracy": 0.55, "near_twins": 0.02, "length_gap": 0.1}


def baseline(codes, labels, groups, folds):
    """Returns accuracy and AUC of a logistic regression on word bigrams, over folds that share no group."""
    scores = numpy.zeros(len(codes))
    for train, test in GroupKFold(folds).split(codes, labels, groups):
        # scikit-learn's own words: two or more letters, digits or underscores.
        vectorizer = CountVectorizer(ngram_range=(1, 2), lowercase=False, binary=True, min_df=2)
        model = LogisticRegression(C=1.0, solver="liblinear", max_iter=1000)
        model.fit(vectorizer.fit_transform([codes[at] for at in train]), labels[train])
        scores[test] = model.decision_function(vectorizer.transform([codes[at] for at in test]))
    return ((scores > 0) == labels).mean(), roc_auc_score(labels, scores)


def shingles(code):
    """Returns the hashes of the runs of five tokens."""
    tokens = TOKEN.findall(code)
    return {hash(tuple(tokens[at : at + SHINGLE])) for at in range(max(1, len(tokens) - SHINGLE + 1))}


def near_twins(pairs):
    """Returns the pairs of which a side is nearly equal to a side of another pair: an exact join with a prefix filter."""
    sides = [(at, shingles(pair[side])) for at, pair in enumerate(pairs) for side in ("vulnerable", "fixed")]
    counts = defaultdict(int)
    for _, side in sides:
        for shingle in side:
            counts[shingle] += 1
    sides.sort(key=lambda entry: len(entry[1]))
    index, twins = defaultdict(list), set()
    for number, (at, side) in enumerate(sides):
        rare = sorted(side, key=lambda shingle: (counts[shingle], shingle))
        # Two sets as similar as NEAR have one of their rarest in common.
        prefix = rare[: len(side) - int(-(-NEAR * len(side) // 1)) + 1]
        candidates = {other for shingle in prefix for other in index[shingle]}
        for other in candidates:
            at_other, side_other = sides[other]
            if at_other == at or len(side_other) < NEAR * len(side):
                continue
            common = len(side & side_other)
            if common >= NEAR * (len(side) + len(side_other) - common):
                twins |= {at, at_other}
        for shingle in prefix:
            index[shingle].append(number)
    return twins


def bandit_findings(pairs):
    """Returns on how many vulnerable and fixed sides Bandit has a finding, and in how many pairs it has more, and fewer, on
    the vulnerable side."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for number, pair in enumerate(pairs):
            for side in ("vulnerable", "fixed"):
                (root / f"{side}{number}.py").write_text(f"{pair['prelude']}\n\n\n{pair[side]}\n")
        command = [sys.executable, "-m", "bandit", "-q", "-r", folder, "-f", "json", "--exit-zero"]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    fired = defaultdict(lambda: defaultdict(int))
    for result in found["results"]:
        name = pathlib.Path(result["filename"]).stem
        # Imports say nothing about a side: both have the same.
        if not 401 <= int(result["test_id"][1:]) <= 415:
            fired[name.rstrip("0123456789")][name] += 1
    more = sum(fired["vulnerable"][f"vulnerable{n}"] > fired["fixed"][f"fixed{n}"] for n in range(len(pairs)))
    fewer = sum(fired["vulnerable"][f"vulnerable{n}"] < fired["fixed"][f"fixed{n}"] for n in range(len(pairs)))
    any_of = {side: sum(count > 0 for count in names.values()) for side, names in fired.items()}
    return any_of.get("vulnerable", 0), any_of.get("fixed", 0), more, fewer


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("pairs", type=pathlib.Path)
    arguments.add_argument("--bandit", type=int, default=0, metavar="N", help="Python pairs to run Bandit on")
    arguments.add_argument("--check", action="store_true", help="fail if a figure is worse than it must be")
    arguments = arguments.parse_args()
    if arguments.bandit and not importlib.util.find_spec("bandit"):
        sys.exit("--bandit runs Bandit, which is not installed: pip install bandit")
    pairs = [json.loads(line) for line in arguments.pairs.read_text().splitlines()]

    codes = [pair[side] for pair in pairs for side in ("vulnerable", "fixed")]
    labels = numpy.array([True, False] * len(pairs))
    by_pair = numpy.repeat(numpy.arange(len(pairs)), 2)
    cells = sorted({(pair["language"], pair["weakness"]) for pair in pairs})
    by_cell = numpy.repeat([cells.index((pair["language"], pair["weakness"])) for pair in pairs], 2)
    report = {"pairs": len(pairs), "cells": len(cells)}
    report["grouped_accuracy"], report["grouped_auc"] = baseline(codes, labels, by_pair, 5)
    report["cells_accuracy"], report["cells_auc"] = baseline(codes, labels, by_cell, 5)
    lengths = numpy.array([len(code) for code in codes]).reshape(-1, 2)
    report["vulnerable_shorter"] = (lengths[:, 0] < lengths[:, 1]).mean()
    report["vulnerable_longer"] = (lengths[:, 0] > lengths[:, 1]).mean()
    # By language and weakness: over all of them, opposite habits would cancel out.
    signs = numpy.sign(lengths[:, 0] - lengths[:, 1])
    by_cell_of_pair = by_cell[::2]
    report["length_gap"] = numpy.mean([abs(signs[by_cell_of_pair == cell].mean()) for cell in range(len(cells))])
    report["near_twins"] = len(near_twins(pairs)) / len(pairs)
    python = [pair for pair in pairs if pair["language"] == "python"][: arguments.bandit]
    if python:
        vulnerable, fixed, more, fewer = bandit_findings(python)
        report |= {"bandit_pairs": len(python), "bandit_vulnerable": vulnerable, "bandit_fixed": fixed}
        report |= {"bandit_more_on_vulnerable": more, "bandit_more_on_fixed": fewer}
    for name, value in report.items():
        print(f"{name:26} {value:.4f}" if isinstance(value, float) else f"{name:26} {value}")
    missed = [name for name, bar in BARS.items() if report[name] > bar]
    # Whoever knows the language must still see a difference.
    if python and vulnerable <= fixed:
        missed.append("bandit_vulnerable")
    if arguments.check and missed:
        sys.exit(f"worse than they must be: {', '.join(missed)}")


if __name__ == "__main__":
    main()
