"""The functions of the package, against the demo world."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import streamguard

LENGTHS = """
import streamguard

@streamguard.job
def lengths(word):
    print("a stray line")
    return {"word": word, "length": measure(word)}

def measure(word):
    if word == "bad":
        raise ValueError("a bad word")
    return len(word)

if __name__ == "__main__":
    import sys
    total = lengths.run(sys.argv[1:], output_dir="out", merge=lambda records: sum(r["length"] for r in records),
                        workers=2, progress=False)
    print(total)
"""


def collect(**options):
    return streamguard.collect(
        "data", offline=True, collectors=["cve", "synthetic"], quick_test=True, progress=False, **options
    )


def test_a_dataset_is_collected_verified_and_read():
    results = collect()
    assert results["status"] == "complete"
    assert "as the run left" in streamguard.verify("data")
    rows = list(streamguard.samples("data"))
    assert len(rows) == results["summary"]["samples_in_dataset"]
    assert all(row.kind == "pair" for row in rows if row.collector == "synthetic")
    # The class has every field of the record.
    assert all(row.other == {} for row in rows)
    loaded = streamguard.load("data")
    assert sum(1 for _ in loaded) == len(rows) if not hasattr(loaded, "num_rows") else loaded.num_rows == len(rows)


def test_the_card_of_an_output_folder_leads_datasets_to_the_samples(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    results = collect()
    loaded = datasets.load_dataset(str(tmp_path / "data"), cache_dir=str(tmp_path / "hub"))
    assert list(loaded) == ["train"]
    rows = loaded["train"]
    assert rows.num_rows == results["summary"]["samples_in_dataset"]
    assert rows.features["commit_date"].dtype == "timestamp[ms, tz=UTC]"
    pair = next(row for row in rows if row["kind"] == "pair")
    assert len(pair["vulnerable_code"].splitlines()) >= max(pair["vulnerable_lines"])


def test_a_flipped_bit_is_an_exception_of_its_own():
    collect()
    with open("data/samples.jsonl", "r+b") as file:
        file.seek(100)
        byte = file.read(1)
        file.seek(100)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(streamguard.DamagedError, match="samples.jsonl") as caught:
        streamguard.verify("data")
    assert caught.value.exit_code == 7


def test_a_wrong_name_is_a_usage_error():
    with pytest.raises(streamguard.UsageError, match="nosuch"):
        streamguard.collect("data", collectors=["nosuch"], progress=False)


def test_urls_are_resolved():
    commit = "0123456789abcdef0123456789abcdef01234567"
    url = f"https://github.com/owner/name/commit/{commit}"
    known, unknown = streamguard.resolve([url, "https://example.org/"])
    assert (known.repository, known.kind, known.target) == ("https://github.com/owner/name", "commit", commit)
    assert unknown.kind == "unresolved"


def test_logs_are_measured():
    with open("access.log", "w") as log:
        for number in range(7):
            log.write(f'10.0.0.1 - - [10/Oct/2020:13:55:3{number} +0000] "GET /a HTTP/1.1" 200 5\n')
    result = streamguard.ingest("access.log")
    assert (result.status, result.metrics["requests"], result.metrics["bytes.sum"]) == ("complete", 7, 35)
    assert {"method": "GET", "requests": 7} in result.tables["Requests by method"]


def test_primes_are_counted():
    assert streamguard.prime(range="0..1000").metrics["primes"] == 168


def test_a_dataset_is_split_and_finds_its_own_weaknesses():
    streamguard.collect("data", offline=True, collectors=["cve"], cve_samples=40, progress=False)
    prepared = streamguard.prepare("data", "splits", split="random")
    assert prepared and os.path.isfile("splits/data/test.parquet")
    assert streamguard.check_splits("splits") == []
    with pytest.raises(streamguard.StreamGuardError, match="no row is in a split"):
        streamguard.check_splits("data")
    os.mkdir("tree")
    assert streamguard.scan("tree", known="data") == []
    sample = next(row for row in streamguard.samples("data") if row.language == "c" and row.advisory_ids)
    with open("tree/copy.c", "w") as file:
        file.write(sample.vulnerable_code)
    (found,) = streamguard.scan("tree", known="data")
    assert (found.path, found.verdict) == ("tree/copy.c", "vulnerable")
    assert found.fix["commit"] == sample.commit


def test_a_label_is_explained():
    streamguard.collect("data", offline=True, collectors=["repo"], quick_test=True, progress=False)
    sample = next(row for row in streamguard.samples("data") if row.kind == "pair")
    explained = streamguard.explain(sample.id, "data")
    own = next(function for function in explained["functions"] if function["sample"] == sample.id)
    assert own["sum"] == pytest.approx(own["base"] + sum(term["points"] for term in own["terms"]))


def test_a_dataset_is_exported_and_a_model_evaluated(tmp_path):
    collect()
    streamguard.prepare("data", "splits", baseline=True)
    assert "train" in streamguard.export("splits", "hf", "hub")
    assert (tmp_path / "hub" / "README.md").exists()
    streamguard.predict("splits", "splits", "said.jsonl", split="all")
    evaluated = streamguard.evaluate("said.jsonl", "splits", split="all")
    assert evaluated


def test_a_function_of_a_script_is_a_job():
    with open("words.py", "w") as script:
        script.write(LENGTHS)
    ran = subprocess.run([sys.executable, "words.py", "to", "be", "or"], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "6\n"), ran.stderr
    with open("out/lengths.jsonl") as records:
        assert [line.split('"')[3] for line in records] == ["to", "be", "or"]


def test_a_shard_that_raises_makes_the_run_partial():
    with open("words.py", "w") as script:
        script.write(LENGTHS)
    ran = subprocess.run([sys.executable, "words.py", "to", "bad"], capture_output=True, text=True)
    assert ran.returncode == 1 and "PartialError" in ran.stderr and "a bad word" in ran.stderr, ran.stderr


def test_the_module_is_the_program():
    ran = subprocess.run([sys.executable, "-m", "streamguard", "nosuch"], capture_output=True, text=True)
    assert ran.returncode == 2 and "nosuch" in ran.stderr


def test_an_interrupt_stops_the_program_and_leaves_a_run_to_resume():
    begun = threading.Event()

    def interrupt():
        begun.wait(60)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        streamguard.run(
            ["collect", "--offline", "--collectors=synthetic", "--synthetic-samples=3000000", "--log-format=json"],
            on_event=lambda event: begun.set(),
        )
    assert os.path.isdir("data/raw/.streamguard")
    assert not _children()


def _children():
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        listed = subprocess.run(["ps", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, text=True)
        children = [line for line in listed.stdout.splitlines() if "streamguard" in line]
        if not children:
            return []
        time.sleep(0.05)
    return children
