"""Rates and chances as the rules hold them, from values given by hand."""

import pytest

from sim.foundations.clock import TICKS_PER_YEAR
from sim.foundations.ledger import ONE, units_per_tick
from sim.model.care import care_rules
from sim.model.pathway import court_at_birth, court_steps
from sim.model.terms import PLACEMENT_NAMES, Status
from tests.worlds import small_bury


def test_court_led_entries_follow_the_level_of_entries_and_what_conferences_do_already() -> None:
    values = {
        "routes.court": {"pre-proceedings": 0.1, "first 4 weeks": 4.0, "later": 0.5},
        "uncertainty.entry_level": 1.5,
    }
    found = court_steps(values, 2.0)
    assert found[Status.PRE_PROCEEDINGS] == [(0.0, pytest.approx(0.3))]
    assert [rate for _, rate in found[Status.PROCEEDINGS]] == [pytest.approx(12.0), pytest.approx(1.5)]


def test_what_a_birth_spends_follows_the_level_of_entries_and_what_conferences_do_already() -> None:
    values = {
        "routes.court_at_birth": {"child protection": 0.25, "pre-proceedings": 1.0, "proceedings": 2.0},
        "uncertainty.entry_level": 1.5,
    }
    spent = court_at_birth(values, 2.0)
    by_level = {level: spent[level] / ONE for level in Status}
    assert by_level == {
        **dict.fromkeys(Status, 0.0),
        Status.CHILD_PROTECTION: 0.75,
        Status.PRE_PROCEEDINGS: 3.0,
        Status.PROCEEDINGS: 6.0,
    }


def test_a_placement_breaks_down_at_three_rates_by_how_long_it_has_lasted() -> None:
    values = dict(small_bury().values(0))
    values["care.move"] = {name: 0.2 + 0.1 * at for at, name in enumerate(PLACEMENT_NAMES)}
    values["care.move_early"], values["care.move_later"] = 5.0, 0.5
    for at, rows in enumerate(care_rules(values, 1.0)["moves"]):
        rate = 0.2 + 0.1 * at
        assert rows == (
            (0, units_per_tick(rate * 5)),
            (TICKS_PER_YEAR // 4, units_per_tick(rate)),
            (TICKS_PER_YEAR, units_per_tick(rate / 2)),
        )
