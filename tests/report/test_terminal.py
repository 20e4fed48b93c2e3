"""The answer on the terminal: what vacancies cost and what reviews decide, from the summary's figures."""

from __future__ import annotations

from pathlib import Path

from sim.report import terminal
from tests.report.hand_made import BOTH, SAFEGUARDING, hand_made


def test_vacancies_are_told_for_each_proposal_and_twins_have_no_rows_of_their_own() -> None:
    numbers = hand_made()
    lines = terminal.answer(numbers, Path("x")).splitlines()
    told = [line for line in lines if " children on 31 March 2026, " in line]
    assert [line.split(":")[0].strip() for line in told] == [SAFEGUARDING, BOTH]
    assert told[0].startswith(f"  {SAFEGUARDING}: 2 (")
    twin = numbers["vacancy"][BOTH]["twin"]
    for part in ("difference_year_average", "saving"):
        numbers[part][twin] = numbers[part][BOTH]
    assert not any(
        line.startswith("Both, every") for line in terminal.answer(numbers, Path("x")).splitlines()
    )
    assert "Lost to vacancies" not in terminal.answer(numbers | {"vacancy": {}}, Path("x"))


def test_a_review_is_told_with_its_chance() -> None:
    numbers = hand_made()
    said = "the review of family safeguarding on 31 March 2025 ends posts:"
    assert f"{said} 30 in 100 (± 5)" in terminal.answer(numbers, Path("x"))
    found = numbers["reviews"][SAFEGUARDING]["family safeguarding"]
    futures = numbers["quality"]["futures"]
    for share, words in ((1.0, "all"), (0.0, "none")):
        found["let_go"] = share
        assert f"{said} in {words} of the {futures} futures" in terminal.answer(numbers, Path("x"))


def test_an_error_is_never_told_as_none() -> None:
    """As in the report: a chance of 600 futures that is met in two of them is not exact."""
    claim = {"chance": 2 / 600, "error": 0.0024}
    assert terminal.met(claim, 600) == "fewer than 1 in 100 (± 1)"
    assert terminal.met(claim | {"chance": 0.031, "error": 0.02}, 600) == "3 in 100 (± 2)"
