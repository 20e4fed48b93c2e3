"""What a calibration did and found, as a page of documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from sim.experiment.calibrated import FLAT, IN_PART, KNOWN, report

if TYPE_CHECKING:
    from sim.experiment.calibrate import Fitted, Setting
    from sim.study.config import Study


def page(study: Study, fitted: Fitted, setting: Setting) -> str:
    """The page in Markdown, with what the terminal shows."""
    templates = Environment(
        loader=PackageLoader("sim.report"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    return templates.get_template("calibration.md.j2").render(
        study=study,
        fitted=fitted,
        setting=setting,
        found=report(fitted),
        known=KNOWN,
        in_part=IN_PART,
        flat=FLAT,
    )
