"""The validation of tiny Bury: its parts, their arithmetic, and the page that is written of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiment import experiment as experiments
from sim.experiment import validation
from sim.experiment.validation import LONG_YEARS, long_world, validate
from sim.foundations.errors import InputError
from sim.report.validation import write_validation
from sim.results.forecasts import METHODS
from sim.study.config import load_study
from tests.tiny import write_tiny

if TYPE_CHECKING:
    from pathlib import Path

    from sim.study.config import Study


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(write_tiny(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def found(tiny: Study) -> dict[str, Any]:
    return validate(tiny, draws=3, runs=2, long_draws=2)


def test_no_change_and_what_was_really_done_are_judged(found) -> None:
    assert found["scenarios"] == ["no change", "as delivered"]
    assert set(found["held_back"]["scores"]) == {"no change", "as delivered", *METHODS}
    assert found["levers"]["as delivered"]


def test_every_figure_of_the_one_year_after_the_start_is_held_back(found) -> None:
    periods = {one["period"] for one in found["held_back"]["figures"]}
    assert periods == {"2023/24", "2024-03-31", "2023-09-30"}
    assert len(found["held_back"]["figures"]) >= 30


def test_coverage_is_what_the_figures_say(found) -> None:
    for name in found["scenarios"]:
        rows = [one for one in found["held_back"]["figures"] if one["forecasts"][name]]
        inside = [
            one["forecasts"][name]["low"] <= one["counted"] <= one["forecasts"][name]["high"] for one in rows
        ]
        assert inside == [one["forecasts"][name]["inside"] for one in rows]
        score = found["held_back"]["scores"][name]
        assert score["figures"] == len(rows)
        assert score["inside"] == pytest.approx(sum(inside) / len(rows), abs=1e-6)
        widths = [
            (one["forecasts"][name]["high"] - one["forecasts"][name]["low"]) / one["size"] for one in rows
        ]
        assert score["width"] == pytest.approx(sum(widths) / len(rows), abs=1e-5)


def test_what_was_really_done_is_not_judged_by_the_posts_it_is_made_from(found) -> None:
    for series in ("social worker vacancies", "agency social workers"):
        row = next(one for one in found["held_back"]["figures"] if one["series"] == series)
        assert row["forecasts"]["as delivered"] is None
        assert row["forecasts"]["no change"] is not None


def test_misses_are_middle_above_counted(found) -> None:
    for row in (*found["reproduced"], *found["shapes"]):
        assert row["miss"] == pytest.approx(row["middle"] - row["counted"], abs=2e-6)
        assert row["inside"] == (row["low"] <= row["counted"] <= row["high"])


def test_the_one_year_is_shown_beside_those_before_it(found, tiny: Study) -> None:
    assert found["digest"] == tiny.digest
    assert found["by_year"]["years"] == ["2023/24"]
    assert found["by_year"]["starts_rise"] is None
    starts = next(row for row in found["by_year"]["rows"] if row["title"] == "Starts in the year")
    reproduced = next(row for row in found["reproduced"] if row["title"] == "Starts in the year")
    assert starts["counted"] == reproduced["counted"]
    assert starts["years"][0]["middle"] == reproduced["middle"]


def test_tiny_bury_is_found_out(found) -> None:
    """A world a tenth of the size must miss: the check can fail."""
    by_title = {row["title"]: row for row in found["reproduced"]}
    assert by_title["Starts in the year"]["inside"] is False
    assert found["held_back"]["scores"]["no change"]["inside"] < 0.5


def test_numbers_do_not_depend_on_processes_or_order(tiny: Study, found) -> None:
    assert validate(tiny, draws=3, runs=2, long_draws=2) == found


def test_the_long_world_is_the_study_longer(tiny: Study) -> None:
    longer = long_world(tiny)
    assert len(longer.clock.years) == LONG_YEARS
    assert longer.clock.start == tiny.clock.start
    assert longer.parameters == tiny.parameters


def test_a_page_is_written_with_a_row_for_every_figure(found, tmp_path: Path) -> None:
    write_validation(tmp_path / "docs" / "validation.md", found, "caresim validate tiny.yaml")
    page = (tmp_path / "docs" / "validation.md").read_text(encoding="utf-8")
    assert "Written by `caresim validate tiny.yaml`" in page
    digests = [found[name][:12] for name in ("digest", "hindsight_digest")]
    assert f"Digest of the study: `{digests[0]}`; of what was really done: `{digests[1]}`." in page
    assert "### Year by year" in page
    for row in (*found["reproduced"], *found["shapes"], *found["face"]):
        assert row.get("title", row.get("statement")) in page
    crosses = sum(
        one["forecasts"][name] is not None and not one["forecasts"][name]["inside"]
        for one in found["held_back"]["figures"]
        for name in (*found["scenarios"], "mean of the years", "chance alone")
    )
    assert page.count("✗") == crosses
    assert (tmp_path / "docs" / "images" / "validation.svg").read_text(encoding="utf-8").startswith("<svg")


class Stop(Exception):
    """Somebody kills the process."""


def counted_trials(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Every (draw, run) that is run from here on, and every draw of a long world as (draw, -1)."""
    ran: list[tuple[int, int]] = []
    run_pair, long_run = experiments.run_pair, validation.run_trial

    def pair(study, scenarios, draw, run, engine):
        ran.append((draw, run))
        return run_pair(study, scenarios, draw, run, engine)

    def world(study, trial, engine):
        ran.append((trial.draw, -1))
        return long_run(study, trial, engine=engine)

    monkeypatch.setattr(experiments, "run_pair", pair)
    monkeypatch.setattr(validation, "run_trial", world)
    return ran


@pytest.mark.parametrize("last", [2 * 4, 2 * 8 + 1], ids=["among the futures", "among the long worlds"])
def test_a_validation_that_is_stopped_goes_on_and_runs_nothing_twice(
    tiny: Study, found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    def until(done: int, wanted: int) -> None:
        assert wanted == 2 * 8 + 2  # two scenarios of draws 0 to 3 with two runs, and two long worlds
        if done == last:
            raise Stop

    ran = counted_trials(monkeypatch)
    folder = tmp_path / "kept"
    with pytest.raises(Stop):
        validate(tiny, draws=3, runs=2, long_draws=2, progress=until, folder=folder)
    before = list(ran)
    assert 0 < len(before) < 8 + 2
    # What was being written when the process was killed is neither read nor left.
    (folder / "trials" / ".d0003-r001.trial.1.part").write_bytes(b"half")
    assert validate(tiny, draws=3, runs=2, long_draws=2, folder=folder) == found
    assert sorted(ran) == sorted({*ran})
    assert len(ran) == 8 + 2
    assert not list((folder / "trials").glob(".*.part"))
    assert validate(tiny, draws=3, runs=2, long_draws=2, folder=folder) == found
    assert len(ran) == 8 + 2


def test_more_draws_go_on_from_those_that_are_there(
    tiny: Study, found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = counted_trials(monkeypatch)
    validate(tiny, draws=1, runs=2, long_draws=1, folder=tmp_path / "kept")
    assert validate(tiny, draws=3, runs=2, long_draws=2, folder=tmp_path / "kept") == found
    assert sorted(ran) == sorted({*ran})


def test_a_damaged_trial_is_run_again(
    tiny: Study, found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kept"
    validate(tiny, draws=3, runs=2, long_draws=2, folder=folder)
    (folder / "trials" / "d0002-r001.trial").write_bytes(b"{}")
    (folder / "long" / "d0001.json").write_text("{", encoding="utf-8")
    ran = counted_trials(monkeypatch)
    assert validate(tiny, draws=3, runs=2, long_draws=2, folder=folder) == found
    assert sorted(ran) == [(1, -1), (2, 1)]


def test_a_folder_of_another_study_or_of_other_hindsight_is_refused(tiny: Study, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    validate(tiny, draws=1, runs=1, long_draws=1, folder=folder)
    kept = sorted(path.name for path in folder.rglob("*"))
    name = "as delivered"
    fewer = dataclasses.replace(tiny.hindsight[name], levers=frozenset(list(tiny.hindsight[name].levers)[1:]))
    for other in (
        dataclasses.replace(tiny, seed=tiny.seed + 1),
        dataclasses.replace(tiny, hindsight={name: fewer}),
    ):
        with pytest.raises(InputError, match="another study"):
            validate(other, draws=1, runs=1, long_draws=1, folder=folder)
    assert sorted(path.name for path in folder.rglob("*")) == kept


def test_a_longer_world_is_another_validation(tiny: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    own = validation.own_identity(tiny)
    monkeypatch.setattr(validation, "LONG_YEARS", LONG_YEARS + 1)
    assert validation.own_identity(tiny) != own


def test_a_folder_of_something_else_is_left_alone(tiny: Study, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not the folder of a validation"):
        validate(tiny, draws=1, runs=1, long_draws=1, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_numbers_below_one_are_refused(tiny: Study) -> None:
    with pytest.raises(InputError, match="long draws"):
        validate(tiny, draws=1, runs=1, long_draws=0)


def test_the_command_writes_the_page_and_says_the_answer(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    sizes = ["--draws", "2", "--runs", "1", "--long-draws", "1", "--jobs", "1", "--quiet"]
    sizes += ["--folder", str(tmp_path / "kept")]
    done = CliRunner().invoke(app, ["validate", str(write_tiny(tmp_path)), *sizes, "--out", str(page)])
    assert done.exit_code == 0, done.output
    assert "figures held back lie inside the ranges forecast for them" in done.output
    assert "**" not in done.output
    assert page.read_text(encoding="utf-8").startswith("# Validation")
