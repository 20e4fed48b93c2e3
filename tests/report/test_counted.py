"""What was counted is drawn apart: before the start as history, after it as not used."""

from __future__ import annotations

from sim.report.figures import fan
from sim.report.validation_figure import chart

LEVEL = {"mean": 340.0, "p5": 320.0, "p50": 340.0, "p95": 360.0}
DAYS = ("2023-04-30", "2024-03-31", "2025-03-31")


def test_history_joins_the_fan_and_later_counts_are_marked() -> None:
    counted = {"2022-03-31": 359.0, "2023-03-31": 349.0, "2024-03-31": 344.0, "2025-03-31": 368.0}
    picture = fan({"no change": dict.fromkeys(DAYS, LEVEL)}, "children looked after", counted)
    assert "counted: 359" in picture.svg
    assert ">349<" in picture.svg
    assert "not used: 344" in picture.svg
    assert "counted: 344" not in picture.svg
    assert "Mar 2022" in picture.svg
    assert "hollow ones were counted after the start and set nothing" in picture.description


def test_without_counts_the_fan_begins_with_the_run() -> None:
    picture = fan({"no change": dict.fromkeys(DAYS, LEVEL)}, "children looked after")
    assert "Mar 2022" not in picture.svg
    assert "counted" not in picture.svg


def test_the_picture_of_validation_needs_both_series() -> None:
    levels = {
        "no change": {"children looked after": dict.fromkeys(DAYS, LEVEL), "entries": {"2023/24": LEVEL}}
    }
    counted = {"children looked after": {"2023-03-31": 349.0}, "entries": {"2022/23": 86.0, "2023/24": 109.0}}
    found = {"start": "2023-04-01", "levels": levels, "counted": counted}
    picture = chart(found)
    assert picture is not None
    assert "No change: 340 children looked after at the end, 320 to 360." in picture.description
    assert chart(found | {"counted": {"entries": counted["entries"]}}) is None
