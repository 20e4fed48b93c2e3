"""Parts of making a new study: figures read off a table, and settings written so that they read back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sim.study.anew.figures import FIGURES, Figures, compared, period_end
from sim.study.anew.maker import tidy
from sim.study.anew.writing import plain, written
from sim.study.catalogue import CATALOGUE
from sim.study.scenario_reader import Observed
from sim.study.yaml_reader import read_yaml
from tests.tiny import CONFIGS

START = dt.date(2023, 4, 1)


def series(**named: dict[str, float]) -> dict[str, Observed]:
    """Series by name, an underscore for each space."""
    return {
        name.replace("_", " "): Observed(
            name=name, points=points, unit="children", source="Made up.", meaning="Made up."
        )
        for name, points in named.items()
    }


PEOPLE = {"2020-06-30": 1000.0, "2023-06-30": 2000.0, "2030-06-30": 5000.0}


def population(**named: dict[str, float]) -> dict[str, Observed]:
    found = series(**named)
    found["children aged 0 to 17"] = series(people=PEOPLE)["people"]
    return found


def test_a_total_is_the_mean_of_the_last_six_years_before_the_start() -> None:
    years = {f"{year}/{(year + 1) % 100:02d}": float(year - 2010) for year in range(2014, 2026)}
    known = Figures(population(referrals=years), START).get("referrals")
    assert known is not None
    assert known.value == sum(range(7, 13)) / 6  # 2017/18 to 2022/23
    assert known.said == "9.5 (2018 to 2023)"


def test_a_row_hidden_in_a_year_is_averaged_over_the_others() -> None:
    rows = {"2019/20|1-4": 90.0, "2020/21|1-4": 10.0, "2021/22|5-9": 7.0, "2022/23|1-4": 20.0}
    known = Figures(population(entries_by_age=rows), START).get("entries by age: 1-4")
    assert known is not None
    assert known.value == 15.0  # the three last years, of which one is hidden


def test_a_total_that_is_not_given_is_the_sum_of_its_rows() -> None:
    rows = {"2022/23|under 1": 4.0, "2022/23|1-4": 6.0}
    known = Figures(population(entries_by_age=rows), START).get("entries")
    assert known is not None
    assert known.value == 10.0


def test_people_are_counted_on_the_nearest_day() -> None:
    known = Figures(population(), START).get("children aged 0 to 17")
    assert known is not None
    assert known.value == 2000.0


def test_a_count_of_staff_in_september_is_of_the_year_before() -> None:
    points = {"2021-09-30": 10.0, "2022-09-30": 20.0, "2023-09-30": 60.0, "2024-09-30": 99.0}
    figures = Figures(population(social_worker_turnover=points, social_worker_vacancies=points), START)
    turnover, vacancies = figures.get("social worker turnover"), figures.get("social worker vacancies")
    assert turnover is not None
    assert vacancies is not None
    assert turnover.value == 30.0
    assert vacancies.value == 15.0  # those of the first day are not known afterwards


def test_a_missing_figure_is_in_proportion() -> None:
    england = Figures(
        {
            **series(plans_started={"2024/25": 600.0}, plans_open={"2025-03-31": 480.0}),
            "children aged 0 to 17": series(people={"2024-06-30": 100000.0})["people"],
        }
    )
    donors = {"England": england}
    alone = Figures(population(), START, donors).get("plans open")
    with_starts = Figures(population(plans_started={"2022/23": 20.0}), START, donors)
    near = with_starts.get("plans open")
    assert alone is not None
    assert near is not None
    assert alone.value == pytest.approx(480 / 100000 * 2000)
    assert near.value == pytest.approx(480 / 600 * 20)
    assert near.origin == "England"
    assert list(with_starts.defaults) == ["plans open"]
    assert Figures(population(), START, donors).get("referrals") is None


def test_a_rate_is_of_the_people_who_live_there() -> None:
    found = population()
    name = "care applications per 10,000 children"
    found[name] = series(rate={"2022/23": 10.0})["rate"]
    known = Figures(found, START).get("care applications")
    assert known is not None
    assert known.value == 2.0


def test_here_against_there() -> None:
    here = Figures(population(plans_started={"2022/23": 30.0}, plans_open={"2023-03-31": 20.0}), START)
    there = Figures(population(plans_started={"2022/23": 60.0}, plans_open={"2023-03-31": 60.0}), START)
    ratio = compared(here, there, "Bury", ("plans started",), ("plans open",))
    assert ratio.value == pytest.approx(1.5)
    assert ratio.local
    assert ratio.said == (
        "plans started 30 (2023), against 60 (2023) in Bury; plans open 20 (2023), against 60 (2023) in Bury"
    )


def test_every_figure_follows_figures_that_are_there() -> None:
    known = {*FIGURES, "children aged 0 to 17"}
    assert all(set(one.after) <= known for one in FIGURES.values())


def test_the_end_of_a_period() -> None:
    assert period_end("2022/23") == dt.date(2023, 3, 31)
    assert period_end("1999/00") == dt.date(2000, 3, 31)
    assert period_end("2022-09-30") == dt.date(2022, 9, 30)


def test_shares_of_one_whole_still_sum_to_one() -> None:
    kind = CATALOGUE["demand.outcome"]
    third = {"no further action": 1.0, "early help": 1.0, "child in need": 1.0, "child protection": 1e-9}
    found = tidy(third, kind)
    assert isinstance(found, dict)
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)
    assert tidy({"social_worker": 1.7}, CATALOGUE["staffing.advert_success"]) == {"social_worker": 1.0}
    assert tidy(12.6, CATALOGUE["care.guardianship_opening"]) == 13.0


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.yaml")), ids=lambda path: path.name)
def test_what_is_written_reads_back(path: Path, tmp_path: Path) -> None:
    item = read_yaml(path, [])
    assert item is not None
    before = plain(item)
    copy = tmp_path / path.name
    copy.write_text(written(before), encoding="utf-8")
    problems: list[Any] = []
    after = read_yaml(copy, problems)
    assert problems == []
    assert after is not None
    assert flat(plain(after)) == flat(before)
    if path.name != "calibrated.yaml":
        assert max(map(len, copy.read_text(encoding="utf-8").splitlines())) <= 110


def flat(value: Any) -> Any:
    """Text with its spaces made single, as lines may break elsewhere."""
    if isinstance(value, dict):
        return {name: flat(one) for name, one in value.items()}
    if isinstance(value, list):
        return [flat(one) for one in value]
    return " ".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "2023",
        "2023-04-01",
        "1:30",
        "true",
        "-",
        "~",
        "a: b",
        "# x",
        "'q'",
        '"q"',
        " x",
        "x,y",
        "0123",
        "é",
    ],
)
def test_text_that_looks_like_something_else_stays_text(value: str, tmp_path: Path) -> None:
    content = {"name": value, "list": [value, value], value.strip(): 1, "more": [{"a": value, "b": {}}]}
    file = tmp_path / "a.yaml"
    file.write_text(written(content), encoding="utf-8")
    problems: list[Any] = []
    read = read_yaml(file, problems)
    assert problems == []
    assert read is not None
    assert plain(read) == content
