"""Everything that a finished run leaves in its folder for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.experiment.store import write_atomically, write_json
from sim.report.describe import assumptions_csv
from sim.report.html import report_figures, report_html
from sim.results.summary import summary

if TYPE_CHECKING:
    from pathlib import Path

    from sim.results.estimates import Results
    from sim.study.config import Study


def write_reports(folder: Path, study: Study, results: Results) -> dict[str, Any]:
    """Write summary, report, assumptions and figures; return the summary."""
    numbers: dict[str, Any] = summary(study, results)
    write_json(folder / "summary.json", numbers)
    write_atomically(folder / "assumptions.csv", assumptions_csv(study).encode())
    (folder / "figures").mkdir(exist_ok=True)
    for picture in report_figures(numbers):
        write_atomically(folder / "figures" / f"{picture.name}.svg", picture.svg.encode())
    write_atomically(folder / "report.html", report_html(study, numbers).encode())
    return numbers
