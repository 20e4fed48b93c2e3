"""What an authority counts every month: to the month by hand, and adding up to the years."""

import numpy as np
import pytest

from sim.engine.events import Event
from sim.experiment.trial import Trial, run_trial
from sim.model.terms import Leaving, Offer, Placement, Route, Status
from sim.results.measures import index_of
from sim.study.config import load_study
from tests.results.hand import Child, Readings, log_of, plan_of
from tests.tiny import write_tiny

ENDS = {0: "2023-04-30", 1: "2023-05-31", 2: "2023-06-30", 3: "2023-07-31"}
EDGE, SAFEGUARDING, EARLY = int(Offer.EDGE_OF_CARE), int(Offer.FAMILY_SAFEGUARDING), int(Offer.EARLY_HELP)


@pytest.fixture(scope="module")
def read() -> Readings:
    """Days 0 to 29 are April, 30 to 60 May, 61 to 90 June."""
    plan = plan_of([Child(age=14), Child(age=3)], [Child(age=9.8), Child(age=16)])
    log = log_of(
        (0, 10, -1, Event.STATUS, Status.PROCEEDINGS, 0),
        (0, 10, -1, Event.PLAN_STARTED, 0, 2),
        (0, 20, -1, Event.STARTED, EARLY, 0),
        (0, 20, -1, Event.STATUS, Status.CHILD_IN_NEED, 0),
        (2, 10, -1, Event.OFFERED, EDGE, 0),
        (5, 10, -1, Event.ACCEPTED, EDGE, 0),
        (29.9, 10, -1, Event.STARTED, EDGE, 0),
        (30, 10, 100, Event.ENTERED, Route.BREAKDOWN, 0),
        (30, 10, 100, Event.PLACED, Placement.CHILDRENS_HOME, 0),
        (31, 10, 101, Event.ENTERED, Route.COURT, 0),
        (31, 10, 101, Event.PLACED, Placement.OWN_FOSTER, 0),
        (40, 20, 200, Event.ENTERED, Route.BREAKDOWN, 0),
        (40, 20, 200, Event.PLACED, Placement.OWN_FOSTER, 0),
        (41, 20, -1, Event.PLAN_STARTED, 0, 2),
        (45, 20, -1, Event.STATUS, Status.PROCEEDINGS, 0),
        (60, 20, 201, Event.ENTERED, Route.UNACCOMPANIED, 0),
        (60, 20, 201, Event.PLACED, Placement.SUPPORTED_ACCOMMODATION, 0),
        (61, 10, 100, Event.LEFT, Leaving.RETURNED_HOME, 0),
        (62, 10, -1, Event.OFFERED, SAFEGUARDING, 0),
        (63, 10, -1, Event.ACCEPTED, SAFEGUARDING, 0),
        (64, 10, -1, Event.STARTED, SAFEGUARDING, 0),
    )
    return Readings(log, plan)


def by_month(read: Readings, measure: str, group: str = "all") -> list[float]:
    assert sum(read.row(measure, group)[4:]) == 0 or measure == "placed at month end"
    return read.row(measure, group)[:4]


def test_starts_by_month_and_kind(read: Readings) -> None:
    assert by_month(read, "entries in month") == [0, 4, 0, 0]
    assert by_month(read, "entries in month", "by court") == [0, 1, 0, 0]
    # The child of nine is too young, and nobody breaks down with a child who comes alone.
    assert by_month(read, "entries in month", "unplanned, aged 10 to 17") == [0, 1, 0, 0]
    assert by_month(read, "exits in month") == [0, 0, 1, 0]


def test_what_is_there_on_the_first_day_does_not_begin(read: Readings) -> None:
    assert by_month(read, "plans started in month") == [0, 2, 0, 0]
    assert by_month(read, "care applications in month") == [0, 1, 0, 0]
    assert by_month(read, "started in month", "early help") == [0, 0, 0, 0]


def test_families_offered_and_begun_by_service(read: Readings) -> None:
    assert by_month(read, "offered in month", "edge of care") == [1, 0, 0, 0]
    assert by_month(read, "started in month", "edge of care") == [1, 0, 0, 0]
    assert by_month(read, "started in month", "family safeguarding") == [0, 0, 1, 0]


def test_who_lives_where_at_a_month_end(read: Readings) -> None:
    assert by_month(read, "placed at month end", "children's home") == [0, 1, 0, 0]
    assert by_month(read, "placed at month end", "own foster") == [0, 2, 2, 2]
    for end in ENDS.values():
        homes = read.groups("placed at month end", end)
        assert sum(homes.values()) == read("children looked after", end)


def test_months_add_up_to_the_years_that_are_measured_by_themselves(tmp_path) -> None:
    study = load_study(write_tiny(tmp_path))
    vector, index = run_trial(study, Trial(scenario="both", draw=1)).measures, index_of(study.clock)
    pairs = {
        ("entries in month", "entries"): ("all",),
        ("exits in month", "exits"): ("all",),
        ("plans started in month", "plans started"): ("all",),
        ("care applications in month", "care applications"): ("all",),
        ("offered in month", "offered"): index.groups("offered"),
        ("started in month", "started"): index.groups("started"),
    }
    for (month, year), groups in pairs.items():
        for group in groups:
            monthly = [vector[index.position(month, end, group)] for end in index.periods(month)]
            yearly = [vector[index.position(year, label, group)] for label in index.periods(year)]
            assert np.sum(monthly) == np.sum(yearly), (month, group)
    for group in index.groups("placed"):
        march = index.periods("placed")[0]
        assert (
            vector[index.position("placed at month end", march, group)]
            == vector[index.position("placed", march, group)]
        )
    assert vector[index.select("entries in month")].sum() > 0
