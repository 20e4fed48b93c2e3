"""What must hold of the measures of any run, on a small Bury with both services."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.events import EventLog
from sim.engine.simpy_engine import run
from sim.model.plan import Plan
from sim.model.terms import LINE_NAMES, TEAM_NAMES, Line
from sim.results.reading import MAIN_LINE, SPECIALIST_LINES
from tests.results.hand import Readings
from tests.worlds import both, small_bury, small_plan


@pytest.fixture(scope="module")
def world() -> tuple[Plan, EventLog, EventLog]:
    plan = small_plan(both())
    return plan, run(plan), run(small_plan())


@pytest.fixture(scope="module")
def read(world: tuple[Plan, EventLog, EventLog]) -> Readings:
    plan, log, against = world
    return Readings(log, plan, against, small_bury().clock)


@pytest.fixture(scope="module")
def before(world: tuple[Plan, EventLog, EventLog]) -> Readings:
    return Readings(world[2], small_plan(), None, small_bury().clock)


def total(read: Readings, measure: str) -> float:
    return float(read.vector[read.index.select(measure)].sum())


def test_the_vector_is_as_long_as_the_index_and_sums_agree(read: Readings) -> None:
    assert len(read.vector) == len(read.index.keys) == len(set(read.index.keys))
    assert np.isfinite(read.vector).all()
    for year in small_bury().clock.years:
        for name in ("entries", "exits"):
            assert sum(read.groups(name, year.label).values()) == 2 * read(name, year.label)
        march = f"{2000 + int(year.label[-2:])}-03-31"
        assert sum(read.groups("placed", march).values()) == read("children looked after", march)


def test_groups_of_one_kind_hold_every_child(read: Readings) -> None:
    last = read.index.periods("looked after by group")[0]
    for measure, period, whole in (
        ("looked after by group", last, read("children looked after", last)),
        ("entries by group", "whole", sum(read.row("entries"))),
    ):
        assert whole > 0
        for kind in ("age", "sex", "ethnicity", "disability"):
            found = read.groups(measure, period)
            assert sum(value for name, value in found.items() if name.startswith(f"{kind}|")) == whole


def test_pairs_account_for_every_difference(read: Readings, before: Readings) -> None:
    fewer_days = total(before, "placement days") - total(read, "placement days")
    assert fewer_days != 0
    assert total(read, "days avoided") == pytest.approx(fewer_days)
    for name in ("averted", "delayed", "hastened", "caused"):
        assert total(read, name) == total(read, f"entries {name}")
    assert total(before, "days avoided") == total(before, "averted") == 0


def test_use_and_waiting_are_never_below_nothing(
    world: tuple[Plan, EventLog, EventLog], read: Readings
) -> None:
    for name in ("in use", "waiting", "specialist in use", "specialist waiting", "interrupted days"):
        assert read.vector[read.index.select(name)].min() >= 0
    assert total(read, "in use") > 0
    clock, places = small_bury().clock, world[0].services.places
    end, tick = clock.month_ends[-1]
    for line in Line:
        rows = [number for since, number in places[line] if since < tick]
        if line in MAIN_LINE:
            found = read("places", end, TEAM_NAMES[MAIN_LINE.index(line)])
        else:
            assert line in SPECIALIST_LINES
            found = read("specialist places", end, LINE_NAMES[line])
        assert found == rows[-1]


def test_every_funded_post_is_in_one_state(read: Readings) -> None:
    for end in read.index.periods("posts funded"):
        for group in read.index.groups("posts funded"):
            states = [read(f"posts {s}", end, group) for s in ("permanent", "agency", "induction", "vacant")]
            assert sum(states) == read("posts funded", end, group)
            assert read("posts absent", end, group) <= sum(states[:3])


def test_the_panel_decides_no_more_than_it_is_asked(read: Readings) -> None:
    asked, decided = total(read, "panel referred"), total(read, "panel decisions")
    assert 0 < decided <= asked
    assert total(read, "panel accepted") <= decided
    assert total(read, "panel crisis over") <= asked - decided
    assert total(read, "panel referred by") == asked


def test_placement_days_avoided_are_the_days_in_care_avoided(read: Readings) -> None:
    name = "placement days avoided by service"
    for team in TEAM_NAMES:
        homes = [group for group in read.index.groups(name) if group.startswith(f"{team}|")]
        days = sum(sum(read.row(name, group)) for group in homes)
        assert days == pytest.approx(read("days avoided by service", "whole", team), abs=1e-6)
