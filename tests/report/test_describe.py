"""The study in words, and the list of assumptions."""

import csv
import datetime as dt
import re
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from sim import __version__
from sim.report.describe import HEADS, describe, lever_text, range_text, value_text, write_assumptions
from sim.report.mechanisms import MECHANISMS, SWITCHES, grid, mechanism_of, of_mechanisms
from sim.study.catalogue import CATALOGUE
from sim.study.levers import KINDS, Close, Nerve, Open, Panel, Posts, Price, Recruitment
from tests.made_up import bury
from tests.report.hand_made import BOTH, EDGE, RIVALS, SAFEGUARDING, parameter, toy_study

DAY = dt.date(2023, 6, 1)


def test_it_names_every_parameter_with_its_value_and_source() -> None:
    text = describe(bury())
    joined = " ".join(text.split())
    for name, one in bury().parameters.items():
        assert f"{name} = " in text
        assert " ".join(one.source.split()) in joined
        assert value_text(one) in joined
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
    assert range_text(bury().parameters["care.opening"]) == "none: a published count"
    assert range_text(bury().replace({"care.exit.short": 1}).parameters["care.exit.short"]) == (
        "none: the same in every draw"
    )
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


def test_every_setting_stands_under_one_mechanism() -> None:
    titles = [name for name, _, _ in MECHANISMS]
    assert len(set(titles)) == len(titles)
    found = {title: [name for name in CATALOGUE if mechanism_of(name) == title] for title in titles}
    assert sum(map(len, found.values())) == len(CATALOGUE)
    assert all(found.values()), [title for title, names in found.items() if not names]
    for title, name in (
        ("Posts and people", "staffing.continuity"),
        ("Posts and people", "effects.overload"),
        ("Family Safeguarding", "services.family_safeguarding.direct_work"),
        ("Resource allocation panel", "services.edge_of_care.cases_a_meeting"),
        ("Early help", "services.edge_of_care.step_down.youth_mentoring.offered"),
        ("After the work", "effects.half_life_years"),
        ("Routes into care", "routes.guardianship_breakdown"),
        ("Care", "care.kinship"),
    ):
        assert mechanism_of(name) == title
    # A beginning that fits no setting would mean that a name has changed.
    begins = [begin for _, _, some in MECHANISMS for begin in some]
    assert all(any(name.startswith(begin) for name in CATALOGUE) for begin in begins)


def test_mechanisms_are_printed_as_tables_from_the_study() -> None:
    text = describe(toy_study())
    for name, parameters in of_mechanisms(toy_study()).items():
        if not parameters:
            assert f"\n{name}\n" not in text
            continue
        table = text.split(f"\n{name}\n", 1)[1]
        for one in parameters:
            lines = table.splitlines()
            at = next(n for n, line in enumerate(lines) if line.strip().startswith(one.name))
            row = lines[at] if len(lines[at].split()) > 1 else lines[at + 1]
            assert value_text(one).split(",")[0].split(";")[0] in row
            assert one.unit.split()[0] in row
            assert "assumption" in row
    assert max(map(len, text.splitlines())) <= 102


def test_the_switches_and_every_lever_are_named() -> None:
    text = describe(toy_study())
    content = {**toy_study().structure.content(), **toy_study().pricing.content()}
    assert set(SWITCHES) == set(content)
    assert all(f"run.{name}" in text for name in content)
    told = text.split("What a scenario may change")[1].split("6. Claims")[0]
    assert all(any(line.split()[:1] == [name] for line in told.splitlines()) for name in KINDS)


@pytest.mark.parametrize("scenario", RIVALS)
def test_only_the_claims_of_the_scenario_described(scenario: str) -> None:
    text = describe(toy_study(), scenario)
    told = [name for name in RIVALS if f"{name}: nine fewer." in text]
    assert told == [scenario]
    assert len([name for name in RIVALS if f"{name}: nine fewer." in describe(toy_study())]) == 3


def test_the_risk_and_the_blank_mitigation_stand_beside_the_claims() -> None:
    text = " ".join(describe(bury()).split())
    assert "‘Edge of Care review’ names a risk: failure to recruit. Against it, it sets: a new" in text
    blank = "challenges in recruitment in these areas. It leaves its mitigation blank. Source: Bury Council"
    assert blank in text
    assert blank not in " ".join(describe(bury(), "edge of care").split())


def test_a_united_scenario_has_the_claims_of_its_equal() -> None:
    text = describe(toy_study(), f"{EDGE} & {SAFEGUARDING}")
    assert f"{BOTH}: nine fewer." in text


@pytest.mark.parametrize(
    ("lever", "said"),
    [
        (Open(service="edge_of_care", on=DAY), "Edge of care opens on 1 June 2023"),
        (
            Open(service="family_safeguarding", on=DAY, teams=4, every_days=30),
            "Family safeguarding opens on 1 June 2023, 4 teams 30 days apart",
        ),
        (
            Posts(service="edge_of_care", role="manager", posts=1, start=DAY, end=dt.date(2024, 1, 1)),
            "Edge of care: 1 manager post from 1 June 2023 until 1 January 2024",
        ),
        (
            Posts(service="edge_of_care", role="social_worker", posts=3.5, start=DAY),
            "Edge of care: 3.5 social worker posts (full-time equivalents) from 1 June 2023",
        ),
        (Close(service="edge_of_care", on=DAY), "Close edge of care on 1 June 2023"),
        (
            Recruitment(start=DAY, never_filled=0.4),
            "Recruitment from 1 June 2023 for every team, 40% of posts never filled",
        ),
        (Panel(start=DAY, every_days=28), "Panel from 1 June 2023 every 28 days"),
        (Price(item="staff", times=1.1, year="2024/25"), "Price of staff times 1.1 from 2024 to 2025"),
        (Nerve(times=0.85, start=DAY), "A crisis ends in care 0.85 times as readily from 1 June 2023"),
    ],
)
def test_levers_in_words(lever: object, said: str) -> None:
    assert lever_text(lever) == said  # type: ignore[arg-type]


def test_a_long_cell_takes_several_lines() -> None:
    lines = list(grid([("a", "b"), ("one two three", "x")], (7, 3)))
    assert lines == ["  a       b", "  ------- ---", "  one two x", "  three"]
    assert list(grid([("a", "b"), ("longer.than.it", "x")], (7, 3)))[2:] == [
        "  longer.than.it",
        "          x",
    ]


def test_every_heading_of_the_guideline_is_there() -> None:
    """STRESS-DES: objectives, logic, data, experimentation, implementation, code access; and limits."""
    lines = describe(bury()).splitlines()
    titles = [line.split(". ", 1)[1] for line in lines if re.match(r"\d+\. ", line)]
    wanted = ["Objectives", "Logic", "Data", "Experimentation", "Implementation", "Limits", "Code access"]
    assert [title for title in titles if title in wanted] == wanted
    numbers = [int(line.split(".")[0]) for line in lines if re.match(r"\d+\. ", line)]
    assert numbers == list(range(1, len(titles) + 1))


def test_data_counts_what_settings_rest_on_and_names_each_series() -> None:
    study = bury()
    told = " ".join(describe(study).split("7. Data")[1].split("Every setting, with")[0].split())
    for one in study.observed.values():
        assert " ".join(one.source.split()) in told
    said = dict(re.findall(r"(evidence|local data|calibrated|assumption|claim) (\d+)", told))
    bases = [one.basis for one in study.parameters.values()]
    assert said == {basis: str(bases.count(basis)) for basis in set(bases)}
    assert f"{len(bases)} settings" in told


def test_implementation_and_code_say_how_to_repeat_it() -> None:
    study = toy_study()
    told = " ".join(describe(study).split("8. Experimentation")[1].split())
    assert f"seed {study.seed}" in told
    assert f"SimPy {version('simpy')}" in told
    assert f"caresim {__version__}." in told
    assert study.digest in told
    assert "none: it was made in memory" in told


def test_what_calibration_found_is_shown_to_three_digits_and_kept_exactly() -> None:
    found = parameter("toy", {"first": 0.612296, "whole": 1195.0, "large": 1203.4}, basis="calibrated")
    assert value_text(found) == "first: 0.612; whole: 1,195; large: 1,203"
    assert value_text(found, exactly=True) == "first: 0.612296; whole: 1,195; large: 1203.4"
    assert value_text(replace(found, basis="evidence")) == value_text(found, exactly=True)
    # What calibration moves within its own range keeps its basis, and has more digits than anybody types.
    moved = replace(found, basis="assumption", value={"a": 0.3113868123, "b": 0.25})
    assert value_text(moved) == "a: 0.311; b: 0.25"
