"""The study in words, and the list of assumptions."""

import csv
from pathlib import Path

from sim.report.describe import HEADS, describe, range_text, value_text, write_assumptions
from tests.made_up import bury


def test_it_names_every_parameter_with_its_value_and_source() -> None:
    text = describe(bury())
    joined = " ".join(text.split())
    for name, parameter in bury().parameters.items():
        assert f"{name} = " in text
        assert " ".join(parameter.source.split()) in joined
        assert value_text(parameter) in joined
    for claim in bury().claims:
        assert " ".join(claim.text.split()) in joined


def test_it_describes_one_scenario_when_asked() -> None:
    text = describe(bury(), "edge of care")
    assert "Edge of care opens on" in text
    assert "Family safeguarding opens on" not in text
    assert "Family safeguarding opens on" in describe(bury(), "edge of care & family safeguarding")
    assert "Family safeguarding opens on" in describe(bury(), bury().scenario("no change"))


def test_ranges_say_what_they_mean() -> None:
    shapes = {one.shape: range_text(one) for one in bury().parameters.values()}
    assert shapes["fixed"] == "none: the same in every draw"
    assert shapes["lognormal"].startswith("9 in 10 between")
    assert shapes["triangular"].startswith("between")
    assert "; or " in shapes["mixture"]


def test_assumptions_are_listed_once_each(tmp_path: Path) -> None:
    path = tmp_path / "assumptions.csv"
    write_assumptions(bury(), path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEADS
    assert [row["setting"] for row in rows] == list(bury().parameters)
    assert all(row["source"] and row["basis"] for row in rows)
