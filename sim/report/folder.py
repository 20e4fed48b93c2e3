"""Everything that a finished run leaves in its folder for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.experiment.manifest import read_manifest
from sim.experiment.store import write_json
from sim.foundations.errors import StoreError
from sim.report.describe import write_assumptions
from sim.report.html import write_report
from sim.report.workbook import write_workbook
from sim.results.summary import summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sim.results.estimates import Results
    from sim.study.config import Study


def write_reports(
    folder: Path, study: Study, results: Results, beside: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Write summary.json, report.html with its figures, assumptions.csv and tables.xlsx; return the summary.

    ``beside`` are further branches of the summary, from other trials.

    Raises ``StoreError`` if the disk refuses; the finished trials are kept.
    """
    numbers: dict[str, Any] = summary(study, results) | dict(beside or {})
    write_json(folder / "summary.json", numbers)
    try:
        write_assumptions(study, folder / "assumptions.csv")
        write_report(study, numbers, folder)
        write_workbook(study, numbers, folder, str(read_manifest(folder)["began"]))
    except OSError as error:
        raise StoreError(f"{folder}: the report cannot be written ({error.strerror or error}).") from error
    return numbers
