"""Variants run on the same futures, kept as they finish, and compared with the study itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.experiment import variants
from sim.experiment.experiment import Experiment
from sim.experiment.variants import KEPT, depends_on, run_variants
from sim.report.depends import in_words
from sim.results.headline import headline
from sim.study.config import Study
from sim.study.futures import Futures
from sim.study.variants import MONEY, headline_scenarios, structures_of, variants_of

FUTURES = Futures(draws=2, runs=1)


@pytest.fixture
def few(tiny: Study, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Only the study, two of its variants, and the names of them."""
    every = variants_of(tiny, headline_scenarios(tiny))
    kept = [one for one in every if one.id in ("as-it-is", "evidence-claimed", "attracts-off")]
    monkeypatch.setattr(variants, "variants_of", lambda study, scenarios: kept)
    return [one.id for one in kept]


def test_a_variant_is_what_an_experiment_of_it_finds(tiny: Study) -> None:
    names = headline_scenarios(tiny)
    rivals = structures_of(tiny, "routes")[:2]
    found = {one.id: results for one, results in run_variants(rivals, names, FUTURES)}
    for one in rivals:
        alone = Experiment(one.study, scenarios=list(names), draws=2, runs=1).run()
        for name in alone.scenarios:
            assert np.array_equal(found[one.id].data[name][1:], alone.data[name][1:])


def test_each_row_is_compared_in_the_same_futures(tiny: Study, few: list[str]) -> None:
    seen: list[tuple[int, int]] = []
    found = depends_on(tiny, FUTURES, progress=lambda done, wanted: seen.append((done, wanted)))
    assert [row["id"] for row in found["rows"]] == few
    assert seen[-1][0] == seen[-1][1] == 3 * 2 * 4
    own = found["rows"][0]["scenarios"]
    for row in found["rows"]:
        for name, parts in row["scenarios"].items():
            for what in ("fewer", "net"):
                more = parts[what]["mean"] - own[name][what]["mean"]
                assert parts[what]["more"]["mean"] == pytest.approx(more, abs=1e-5)
    assert all(parts["fewer"]["more"]["error"] == 0 for parts in own.values())
    text = in_words(found)
    assert all(row["label"] in text for row in found["rows"])
    assert max(len(line) for line in text.splitlines()) < 140


def test_results_at_hand_are_not_run_again(tiny: Study, few: list[str]) -> None:
    own = Experiment(tiny, draws=3, runs=2).run()
    counts: list[int] = []
    found = depends_on(tiny, FUTURES, own=own, progress=lambda done, wanted: counts.append(wanted))
    assert set(counts) == {2 * 2 * 4}
    expected = headline(own, headline_scenarios(tiny))["both"]["fewer"].mean()
    first, *others = found["rows"]
    assert (first["draws"], first["runs"]) == (3, 2)
    assert first["scenarios"]["both"]["fewer"]["mean"] == pytest.approx(expected, abs=1e-6)
    # The others differ by what they differ by in the same futures, from an average of more of them.
    alone = depends_on(tiny, FUTURES)["rows"][1:]
    for row, same in zip(others, alone, strict=True):
        for name, parts in row["scenarios"].items():
            assert parts["fewer"]["more"] == same["scenarios"][name]["fewer"]["more"]
            whole = first["scenarios"][name]["fewer"]["mean"] + parts["fewer"]["more"]["mean"]
            assert parts["fewer"]["mean"] == pytest.approx(whole, abs=2e-6)


def test_what_most_hangs_on_takes_more_futures(tiny: Study, few: list[str], tmp_path: Path) -> None:
    closer = Futures(draws=3, runs=2)
    counts: list[int] = []
    found = depends_on(
        tiny, FUTURES, closer=closer, folder=tmp_path, progress=lambda done, wanted: counts.append(wanted)
    )
    # The study itself has as many as the one that has most; the third has only the two that all have.
    assert [(row["draws"], row["runs"]) for row in found["rows"]] == [(3, 2), (3, 2), (2, 1)]
    assert set(counts) == {(6 + 6 + 2) * 4}
    again: list[int] = []
    assert (
        depends_on(tiny, FUTURES, closer=closer, folder=tmp_path, progress=lambda done, _: again.append(done))
        == found
    )
    assert not again


def test_sets_of_evidence_and_the_whole_area_are_those_that_most_hangs_on(tiny: Study) -> None:
    every = variants_of(tiny, headline_scenarios(tiny))
    closer = [one.id for one in every if one.closer]
    assert closer == ["evidence-sceptical", "evidence-claimed", "family-safeguarding-effect-whole-area"]
    assert [one.id for one in every if one.reads] == ["family-safeguarding-effect-whole-area"]


def test_no_more_futures_than_there_are_but_never_fewer_than_all_have() -> None:
    asked = Futures(draws=60, runs=2)
    assert asked.at_most(10, 1) == Futures(draws=10, runs=1)
    assert asked.at_most(200, 3) == asked
    assert asked.at_most(10, 1, Futures(draws=20, runs=1)) == Futures(draws=20, runs=1)


def test_what_was_finished_is_kept_and_the_rest_goes_on(tiny: Study, few: list[str], tmp_path: Path) -> None:
    whole = depends_on(tiny, FUTURES)

    class Stop(Exception):
        pass

    def until(done: int, wanted: int) -> None:
        if done == 3 * 4:  # the first variant is whole, and one future of the second
            raise Stop

    with pytest.raises(Stop):
        depends_on(tiny, FUTURES, folder=tmp_path, progress=until)
    assert [(tmp_path / name / KEPT).is_file() for name in few] == [True, False, False]
    assert len(list((tmp_path / few[1] / "trials").glob("*.trial"))) == 1
    more: list[int] = []
    assert depends_on(tiny, FUTURES, folder=tmp_path, progress=lambda done, _: more.append(done)) == whole
    assert more == [8, 12, 16]
    again: list[int] = []
    assert depends_on(tiny, FUTURES, folder=tmp_path, progress=lambda done, _: again.append(done)) == whole
    assert not again


def test_what_another_study_kept_is_not_believed(tiny: Study, few: list[str], tmp_path: Path) -> None:
    depends_on(tiny, FUTURES, folder=tmp_path)
    wider = Futures(draws=3, runs=1)
    counts: list[int] = []
    depends_on(tiny, wider, folder=tmp_path, progress=lambda done, wanted: counts.append(wanted))
    assert set(counts) == {3 * 3 * 4}


def test_prices_are_put_on_the_same_trials(tiny: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    every = variants_of(tiny, headline_scenarios(tiny))
    prices = [one for one in every if one.group == MONEY]
    assert prices
    monkeypatch.setattr(variants, "variants_of", lambda study, scenarios: [every[0], *prices])
    counts: list[int] = []
    found = depends_on(tiny, FUTURES, progress=lambda done, wanted: counts.append(wanted))
    assert set(counts) == {2 * 4}  # the study's own trials, and no others
    assert all(row["scenarios"]["both"]["fewer"]["more"]["mean"] == 0 for row in found["rows"])
    average = next(row for row in found["rows"] if row["id"] == "prices-average")
    alone = run_variants([one for one in prices if one.id == "prices-average"], ["both"], FUTURES)
    ((_, results),) = alone
    expected = headline(results, ["both"])["both"]["net"].mean()
    assert average["scenarios"]["both"]["net"]["mean"] == pytest.approx(expected, abs=1e-5)
