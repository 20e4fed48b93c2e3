"""Two children followed from referral to pounds, every step worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.events import Event
from sim.engine.simpy_engine import run
from sim.foundations.ledger import ONE
from sim.model.plan import Plan, Post
from sim.model.terms import Channel, Line, Offer, Placement, Status, Stay, Team
from sim.results.economics import money, savings
from sim.results.estimates import Results
from sim.results.measures import index_of, measure
from tests.made_up import FIXED_PRICES, bury
from tests.worlds import Household, Kid, after, at, days, plan_of, services

STUDY = bury().replace(FIXED_PRICES)
CLOCK = STUDY.clock
EDGE = Offer.EDGE_OF_CARE


def plan(*, open_to_families: bool) -> Plan:
    """A child referred on day 5, in crisis on day 25, who spends five days at the edge if nobody helps; and
    another who is in care from the first day to the last."""
    referred = Household(
        opening=-1,
        arrives=days(5),
        outcome=(Status.CHILD_IN_NEED,),
        assessment=(days(10),),
        kids=(Kid(crisis=(after(days(20)),), edge=(after(days(5)),), stay=(ONE - 1,)),),
        length={EDGE: days(60)},
    )
    in_care = Household(kids=(Kid(age=8, opening_stay=Stay.LONG),))
    manager = Post(
        team=Team.EDGE_OF_CARE, role="manager", number=0, spells=((0, CLOCK.horizon, "permanent"),)
    )
    offered = services(
        CLOCK,
        places={Line.EDGE_WORKER: ((0, 1),)},
        opens={EDGE: 0},
        effects={EDGE: {Channel.EDGE: 0.25}},
    )
    return plan_of(
        referred,
        in_care,
        clock=CLOCK,
        services=offered if open_to_families else services(CLOCK),
        posts=(manager,) if open_to_families else (),
    )


def test_two_children_from_referral_to_pounds() -> None:
    logs = {
        name: run(plan(open_to_families=name == "edge of care")) for name in ("no change", "edge of care")
    }
    # Referred on day 5 and in crisis twenty days later; the panel of day 28 starts the work with two of five
    # days left, which at a quarter of the pace are eight: care begins on day 36 instead of day 30.
    assert at(logs["no change"], Event.REFERRED) == [5]
    assert at(logs["no change"], Event.STATUS, what=Status.CHILD_IN_NEED) == [15]
    assert at(logs["no change"], Event.ENTERED) == [30]
    assert at(logs["edge of care"], Event.STARTED, what=EDGE) == [28]
    assert at(logs["edge of care"], Event.ENTERED) == [36]
    for log in logs.values():
        assert set(log.what[log.rows(Event.PLACED)]) == {int(Placement.OWN_FOSTER)}

    data = {}
    for name, log in logs.items():
        against = None if name == "no change" else logs["no change"]
        vector = measure(log, plan(open_to_families=name == "edge of care"), CLOCK, against)
        data[name] = np.broadcast_to(vector, (2, 1, len(vector)))
    results = Results(study=STUDY, scenarios=tuple(data), draws=1, runs=1, index=index_of(CLOCK), data=data)
    in_placement = [
        results.series(name, "placement days", "2023/24", "own foster")[0, 0] for name in results.scenarios
    ]
    assert in_placement == [366 + 336, 366 + 330]

    # One and the same child, six days later (too few to count as delayed), in a family that Edge of Care had
    # begun with.
    child = "5-9|edge of care"
    paired = {
        name: results.series("edge of care", name, "whole", child)[0, 0]
        for name in ("averted", "delayed", "delayed days", "days avoided")
    }
    assert paired == {"averted": 0, "delayed": 0, "delayed days": 0, "days avoided": 6}

    # Six days of a foster home at £50 a day, against a manager's £73,000 a year.
    saved = savings(money(STUDY, results), "edge of care", "2023/24")
    assert saved["gross"] == pytest.approx(6 * 50)
    assert saved["cost"] == pytest.approx(73_000)
    assert saved["net"] == pytest.approx(300 - 73_000)
    later = savings(money(STUDY, results), "edge of care", "2024/25")
    assert later["gross"] == pytest.approx(0)
    assert later["net"] == pytest.approx(-73_000)
