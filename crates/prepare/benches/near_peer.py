"""Near duplicates by datasketch and by the bench `near`, in turn, on the same functions.

    cargo bench -p streamguard-prepare --bench near --no-run          # prints the path of the bench
    python near_peer.py BENCH FUNCTIONS.jsonl [COUNT] [ROUNDS]       # needs datasketch; lines with a column `code`

Both shingle by five tokens and look for a Jaccard similarity of 0.8. datasketch has 128 permutations and verifies nothing; the bench
verifies each pair, and misses one with a probability of 10^-6.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time

from datasketch import MinHash, MinHashLSH

TOKEN = re.compile(r"\w+|[^\w\s]")


def datasketch_seconds(codes):
    start = time.process_time()
    shingles = []
    for code in codes:
        tokens = TOKEN.findall(code)
        shingles.append({" ".join(tokens[at : at + 5]).encode() for at in range(max(1, len(tokens) - 4))})
    index = MinHashLSH(threshold=0.8, num_perm=128)
    duplicates = 0
    for number, sketch in enumerate(MinHash.generator(shingles, num_perm=128, seed=1)):
        if index.query(sketch):
            duplicates += 1
        else:
            index.insert(str(number), sketch)
    return time.process_time() - start, duplicates


def bench_seconds(bench, path):
    output = subprocess.run([bench, path], check=True, capture_output=True, text=True).stdout
    joined, seconds = re.search(r"functions, (\d+) joined to another, ([\d.]+) CPU-seconds", output).groups()
    return float(seconds), int(joined)


def main():
    bench, path = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    with open(path) as lines:
        codes = [json.loads(line)["code"] for _, line in zip(range(count), lines)]
    ratios = []
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as part:
        part.writelines(json.dumps({"code": code}) + "\n" for code in codes)
        part.flush()
        for _ in range(rounds):
            ours, joined = bench_seconds(bench, part.name)
            theirs, duplicates = datasketch_seconds(codes)
            ratios.append(theirs / ours)
            print(f"{len(codes)} functions: datasketch {theirs:.2f} CPU-s ({duplicates} duplicates), "
                  f"bench {ours:.3f} CPU-s ({joined} joined), ratio {ratios[-1]:.1f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.1f}")


if __name__ == "__main__":
    main()
