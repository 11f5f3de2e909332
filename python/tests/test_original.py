"""The programmatic use of the original: its lines run unchanged, against the demo world."""

from pathlib import Path

import pytest

import streamguard
from streamguard import MasterOrchestrator, ReportGenerator

SMALL = {"offline": True, "cve_samples": 20, "github_samples": 20, "synthetic_samples": 20, "cache_enabled": False}


def test_a_collection_returns_the_keys_of_the_original():
    orchestrator = MasterOrchestrator(
        collectors=["cve", "synthetic"], output_dir="data/raw", parallel=True, show_dashboard=False, config=SMALL
    )
    results = orchestrator.run_collection()
    assert {"start_time", "end_time", "total_duration", "mode", "summary", "by_collector"} <= results.keys()
    assert results["by_collector"]["synthetic"]["samples_collected"] == 20
    summary = results["summary"]
    assert summary["successful_collectors"] == summary["total_collectors"]


def test_the_summary_is_printed_and_the_results_are_saved(capsys):
    orchestrator = MasterOrchestrator(collectors=["synthetic"], show_dashboard=False, config=SMALL)
    orchestrator.run_collection()
    orchestrator.print_summary()
    printed = capsys.readouterr().out
    assert "Total Samples: 20/20" in printed and "synthetic" in printed
    assert orchestrator.save_results() == Path("data/raw/collection_results.json")
    assert orchestrator.save_results("copy.json").read_bytes() == orchestrator.save_results().read_bytes()


def test_all_reports_are_written_again():
    MasterOrchestrator(["synthetic"], show_dashboard=False, config=SMALL).run_collection()
    for generator in (ReportGenerator(), ReportGenerator("data/raw"), ReportGenerator({}, "data/raw")):
        written = generator.generate_all_reports(["json", "csv", "pdf", "sarif"])
        assert all(path.is_file() for path in written.values())


def test_a_folder_with_a_finished_run_names_the_ways_out():
    MasterOrchestrator(["synthetic"], show_dashboard=False, config=SMALL).run_collection()
    other = {**SMALL, "synthetic_samples": 30}
    with pytest.raises(streamguard.UsageError, match="fresh=True"):
        MasterOrchestrator(["synthetic"], show_dashboard=False, config=other).run_collection()
    fresh = MasterOrchestrator(["synthetic"], show_dashboard=False, config={**other, "fresh": True})
    assert fresh.run_collection()["summary"]["total_samples_collected"] == 30


def test_a_token_is_never_an_argument(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "streamguard.commands.run", lambda arguments, **named: seen.append((arguments, named)) or _finished()
    )
    config = {"github_token": "not-a-real-token"}
    with pytest.raises(streamguard.StreamGuardError):
        MasterOrchestrator(["github"], show_dashboard=False, config=config).run_collection()
    arguments, named = seen[0]
    assert not any("not-a-real-token" in str(argument) for argument in arguments)
    assert named["env"] == {"GITHUB_TOKEN": "not-a-real-token"}


def _finished():
    return streamguard.program.Finished(1, "", "refused")
