"""The classes of the original, with their signatures. New programs use the functions of the package instead."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional, Union

from streamguard.commands import RESULTS, Results, _read_results, collect
from streamguard.errors import NoResultsError, PartialError, UsageError
from streamguard.program import StrPath, run



class MasterOrchestrator:
    """Runs collectors into a folder.

    Args:
        collectors: names of collectors; all by default.
        output_dir: folder of the dataset.
        parallel: run the collectors side by side.
        show_dashboard: show a line that follows the run.
        config: ``cve_samples``, ``github_samples``, ..., ``cache_enabled``, ``github_token``, and any other flag of
            ``streamguard collect`` with ``_`` for ``-``, such as ``offline`` or ``fresh``.
    """

    def __init__(
        self,
        collectors: Optional[Sequence[str]] = None,
        output_dir: StrPath = "data/raw",
        parallel: bool = True,
        show_dashboard: bool = True,
        config: Optional[Mapping[str, Any]] = None,
    ) -> None:
        self.collectors = None if collectors is None else list(collectors)
        self.output_dir = Path(output_dir)
        self.parallel = parallel
        self.show_dashboard = show_dashboard
        self.config = dict(config or {})
        self.results: Optional[Results] = None

    def run_collection(self) -> Results:
        """Runs the collectors. Returns ``start_time``, ``end_time``, ``total_duration``, ``mode``, ``summary`` and ``by_collector``.

        A source that fails is in the results, and raises nothing.

        Raises:
            UsageError: if the folder holds a finished run of other settings: ``config={"fresh": True}`` replaces it.
        """
        options = dict(self.config)
        if not options.pop("cache_enabled", True):
            options["no_cache"] = True
        try:
            self.results = collect(
                self.output_dir,
                collectors=self.collectors,
                parallel=self.parallel,
                sequential=not self.parallel,
                progress=self.show_dashboard,
                **options,
            )
        except (PartialError, NoResultsError) as error:
            if error.results is None:
                raise
            self.results = error.results
        except UsageError as error:
            if "--fresh" in error.message:
                error.args = (f"{error.message}\nIn Python: fresh=True, or config={{'fresh': True}}",)
            raise
        return self.results

    def print_summary(self) -> None:
        """Prints what was collected, and by whom."""
        results = self._results()
        summary = results["summary"]
        print(f"Total Duration: {results['total_duration']:.1f} s")
        print(f"Mode: {results['mode']}")
        print(f"Collectors: {summary['successful_collectors']}/{summary['total_collectors']} successful")
        target = summary["total_target_samples"]
        print(f"Total Samples: {summary['total_samples_collected']:,}" + (f"/{target:,}" if target else ""))
        print("By Collector")
        for name, entry in results["by_collector"].items():
            target = entry["target_samples"]
            count = f"{entry['samples_collected']:,}" + (f"/{target:,}" if target else "")
            print(f"  {name:<15} {entry['status']:<10} {count:>17} {entry['duration']:>9.1f} s")

    def save_results(self, path: Optional[StrPath] = None) -> Path:
        """Returns the path of ``collection_results.json``, which the run wrote; a copy of it, if a path is given."""
        self._results()
        written = self.output_dir / RESULTS
        if path is None:
            return written
        return Path(shutil.copyfile(written, path))

    def generate_all_reports(self, formats: Optional[Sequence[str]] = None) -> dict[str, Path]:
        """Writes reports of the run. Returns the file of each format.

        Args:
            formats: json, csv, pdf, sarif, html; all by default.
        """
        self._results()
        return ReportGenerator(output_dir=self.output_dir).generate_all_reports(formats)

    def _results(self) -> Results:
        if self.results is None:
            self.results = _read_results(self.output_dir)
        if self.results is None:
            raise RuntimeError(f"there are no results in {self.output_dir}: call run_collection() first")
        return self.results


class ReportGenerator:
    """Writes the reports of a run, whenever it ended.

    Args:
        results: results that ``run_collection`` returned. The reports are made from the run's folder; the original
            passed its results here, and so it is taken and checked.
        output_dir: folder of the run.
    """

    def __init__(
        self, results: Union[Mapping[str, Any], StrPath, None] = None, output_dir: StrPath = "data/raw"
    ) -> None:
        if isinstance(results, Mapping) or results is None:
            self.output_dir = Path(output_dir)
        else:
            # `ReportGenerator("data/raw")`: a folder, and nothing else.
            self.output_dir = Path(results)
        given = results if isinstance(results, Mapping) else _read_results(self.output_dir)
        self.results: Results = dict(given or {})

    def generate_all_reports(self, formats: Optional[Sequence[str]] = None) -> dict[str, Path]:
        """Writes reports, and returns the file of each format: json, csv, pdf, sarif, html; all by default."""
        wanted = ["json", "csv", "pdf", "sarif", "html"] if formats is None or "all" in formats else list(formats)
        run(["report", self.output_dir, *(f"--format={name}" for name in wanted)])
        return {name: self.output_dir / f"collection_report.{name}" for name in wanted}

    def generate_json_report(self) -> Path:
        """Writes the JSON report."""
        return self._one("json")

    def generate_csv_report(self) -> Path:
        """Writes the CSV report, and its tables in the folder ``tables``."""
        return self._one("csv")

    def generate_pdf_report(self) -> Path:
        """Writes the PDF report."""
        return self._one("pdf")

    def generate_sarif_report(self) -> Path:
        """Writes the SARIF report."""
        return self._one("sarif")

    def _one(self, name: str) -> Path:
        return self.generate_all_reports([name])[name]
