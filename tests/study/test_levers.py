"""Each lever reads from YAML, prints as a clause, and conflicts with what it should and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pickle
from typing import Any

import pytest

from sim.foundations.errors import InputError
from sim.study.catalogue import CATALOGUE, CHANGEABLE
from sim.study.levers import (
    KINDS,
    Change,
    Close,
    Delay,
    Demand,
    Extend,
    Funding,
    InBudget,
    Mentoring,
    Nerve,
    Open,
    Order,
    Pairs,
    Panel,
    Posts,
    Price,
    Protect,
    Recruitment,
    Review,
    SetUp,
    Training,
    clash,
    service_of,
)
from sim.study.scenario import Scenario, conflicts

APRIL, JUNE = dt.date(2023, 4, 1), dt.date(2023, 6, 1)
NEXT = dt.date(2024, 4, 1)
EDGE = "edge_of_care"
TAKE_UP = "services.early_help.take_up"

EXAMPLES: dict[str, tuple[dict[str, Any], Any, str]] = {
    # name: (YAML, what is read, how it prints)
    "open": (
        {"lever": "open", "service": EDGE, "date": "@2023-06-01@"},
        Open(service=EDGE, on=JUNE),
        "open edge_of_care on 2023-06-01",
    ),
    "open by teams": (
        {"lever": "open", "service": EDGE, "date": "@2023-06-01@", "teams": 4, "every_days": 30},
        Open(service=EDGE, on=JUNE, teams=4, every_days=30),
        "open edge_of_care on 2023-06-01, 4 teams 30 days apart",
    ),
    "close": (
        {"lever": "close", "service": EDGE, "date": "@2024-04-01@"},
        Close(service=EDGE, on=NEXT),
        "close edge_of_care on 2024-04-01",
    ),
    "delay": (
        {"lever": "delay", "service": EDGE, "days": 60},
        Delay(service=EDGE, days=60),
        "edge_of_care delayed by 60 days",
    ),
    "posts": (
        {
            "lever": "posts",
            "service": EDGE,
            "role": "manager",
            "posts": 1,
            "start": "@2023-04-01@",
            "end": "@2024-04-01@",
        },
        Posts(service=EDGE, role="manager", posts=1, start=APRIL, end=NEXT),
        "1 manager posts in edge_of_care from 2023-04-01 until 2024-04-01",
    ),
    "part-time posts": (
        {"lever": "posts", "service": EDGE, "role": "social_worker", "posts": 3.5, "start": "@2023-04-01@"},
        Posts(service=EDGE, role="social_worker", posts=3.5, start=APRIL),
        "3.5 social_worker posts in edge_of_care from 2023-04-01",
    ),
    "recruitment that fails": (
        {"lever": "recruitment", "start": "@2023-04-01@", "never_filled": 0.4, "delay_days": 90},
        Recruitment(start=APRIL, never_filled=0.4, delay_days=90),
        "recruitment from 2023-04-01 for every team, 40% of posts never filled, 90 days slower",
    ),
    "recruitment that goes well": (
        {
            "lever": "recruitment",
            "service": EDGE,
            "role": "social_worker",
            "start": "@2023-04-01@",
            "end": "@2024-04-01@",
            "success": 1.5,
        },
        Recruitment(service=EDGE, role="social_worker", start=APRIL, end=NEXT, success=1.5),
        "recruitment from 2023-04-01 for social_worker in edge_of_care, "
        "adverts 1.5 times as likely to be filled until 2024-04-01",
    ),
    "recruitment at once": (
        {"lever": "recruitment", "role": "manager", "start": "@2023-04-01@", "at_once": True},
        Recruitment(role="manager", start=APRIL, at_once=True),
        "recruitment from 2023-04-01 for manager, every post filled at once",
    ),
    "training": (
        {"lever": "training", "service": EDGE, "complete": "@2023-06-01@"},
        Training(service=EDGE, complete=JUNE),
        "training for edge_of_care complete on 2023-06-01",
    ),
    "mentoring": (
        {"lever": "mentoring", "service": EDGE, "complete": "@2023-06-01@"},
        Mentoring(service=EDGE, complete=JUNE),
        "mentoring for edge_of_care complete on 2023-06-01",
    ),
    "panel": (
        {
            "lever": "panel",
            "start": "@2023-06-01@",
            "every_days": 28,
            "cases": 4,
            "earlier_help": "none",
            "youngest": "10-12",
            "emergency": True,
        },
        Panel(start=JUNE, every_days=28, cases=4, earlier_help="none", youngest="10-12", emergency=True),
        "panel from 2023-06-01 every 28 days, 4 cases a meeting, earlier help: none, youngest 10-12, "
        "decisions between meetings: true",
    ),
    "change to": (
        {"lever": "change", "parameter": TAKE_UP, "start": "@2023-06-01@", "to": 0.9},
        Change(parameter=TAKE_UP, start=JUNE, to=0.9),
        "services.early_help.take_up from 2023-06-01 to 0.9",
    ),
    "change times": (
        {
            "lever": "change",
            "parameter": TAKE_UP,
            "start": "@2023-06-01@",
            "end": "@2024-04-01@",
            "times": 0.5,
        },
        Change(parameter=TAKE_UP, start=JUNE, end=NEXT, times=0.5),
        "services.early_help.take_up from 2023-06-01 times 0.5 until 2024-04-01",
    ),
    "demand": (
        {"lever": "demand", "times": 1.2, "start": "@2023-06-01@", "end": "@2024-04-01@"},
        Demand(times=1.2, start=JUNE, end=NEXT),
        "referrals times 1.2 from 2023-06-01 until 2024-04-01",
    ),
    "price": (
        {"lever": "price", "item": "children's home", "times": 1.3, "year": "2024/25"},
        Price(item="children's home", times=1.3, year="2024/25"),
        "price of children's home times 1.3 from 2024/25",
    ),
    "threshold": (
        {"lever": "threshold", "times": 0.85, "start": "@2023-04-01@"},
        Nerve(times=0.85, start=APRIL),
        "a crisis ends in care 0.85 times as readily from 2023-04-01",
    ),
    "protect": (
        {
            "lever": "protect",
            "service": EDGE,
            "protected": False,
            "start": "@2023-06-01@",
            "end": "@2024-04-01@",
        },
        Protect(service=EDGE, protected=False, start=JUNE, end=NEXT),
        "edge_of_care from 2023-06-01 covers statutory vacancies until 2024-04-01",
    ),
    "pairs": (
        {"lever": "pairs", "service": EDGE, "start": "@2023-06-01@", "end": "@2024-04-01@"},
        Pairs(service=EDGE, start=JUNE, end=NEXT),
        "edge_of_care works in pairs from 2023-06-01 until 2024-04-01",
    ),
    "extend": (
        {"lever": "extend", "service": EDGE, "start": "@2024-04-01@", "spare": 4},
        Extend(service=EDGE, start=NEXT, spare=4),
        "edge_of_care extended to long placements from 2024-04-01, 4 places kept free",
    ),
    "order": (
        {
            "lever": "order",
            "service": EDGE,
            "before": "conference",
            "start": "@2023-06-01@",
            "end": "@2024-04-01@",
        },
        Order(service=EDGE, before="conference", start=JUNE, end=NEXT),
        "conference before edge_of_care from 2023-06-01 until 2024-04-01",
    ),
    "review of children": (
        {
            "lever": "review",
            "service": EDGE,
            "date": "@2023-12-31@",
            "ends": "@2024-02-01@",
            "roles": ["manager"],
            "fewer": 24,
        },
        Review(
            service=EDGE, on=dt.date(2023, 12, 31), ends=dt.date(2024, 2, 1), roles=("manager",), fewer=24
        ),
        "review of edge_of_care on 2023-12-31: manager posts end on 2024-02-01 without at least 24 fewer "
        "children looked after",
    ),
    "review of pounds": (
        {
            "lever": "review",
            "service": EDGE,
            "date": "@2024-03-31@",
            "ends": "@2024-04-01@",
            "roles": ["manager"],
            "saved": 506000,
        },
        Review(service=EDGE, on=dt.date(2024, 3, 31), ends=NEXT, roles=("manager",), saved=506000),
        "review of edge_of_care on 2024-03-31: manager posts end on 2024-04-01 without at least £506,000 "
        "saved after costs",
    ),
    "set_up": (
        {"lever": "set_up", "service": EDGE, "year": "2023/24", "pounds": 1000},
        SetUp(service=EDGE, year="2023/24", pounds=1000),
        "set-up of edge_of_care in 2023/24: £1,000",
    ),
    "in_budget": (
        {"lever": "in_budget", "service": EDGE, "year": "2023/24"},
        InBudget(service=EDGE, year="2023/24"),
        "pay of the staff of edge_of_care is in the budget already from 2023/24",
    ),
    "funding": (
        {"lever": "funding", "service": EDGE, "year": "2024/25", "pounds": 500.5},
        Funding(service=EDGE, year="2024/25", pounds=500.5),
        "funding for edge_of_care in 2024/25: £500",
    ),
}


def beside(written: dict[str, Any]) -> list[dict[str, Any]]:
    """The levers without which an example has no use: a service that is open, posts that a review may end."""
    others = [] if written["lever"] == "open" else [dict(EXAMPLES["open"][0], source="s")]
    if written["lever"] == "review":
        posts = {key: value for key, value in EXAMPLES["posts"][0].items() if key != "end"}
        others.append(dict(posts, source="s"))
    return others


def test_what_practice_does_can_change_and_what_families_are_cannot():
    assert {TAKE_UP, "services.family_safeguarding.specialist_take_up"} <= set(CHANGEABLE)
    assert {"effects.edge_of_care.entry", "services.edge_of_care.step_down.youth_mentoring.offered"} <= set(
        CHANGEABLE
    )
    lasting = {"effects.caseload", "effects.overload", "effects.half_life_years"}
    assert not lasting & set(CHANGEABLE)
    assert {name.split(".")[0] for name in CHANGEABLE} == {"services", "effects"}
    # Of tables only one, whose holders all change alike.
    assert [name for name in CHANGEABLE if CATALOGUE[name].keys] == ["services.edge_of_care.heard"]


def test_every_kind_of_lever_has_an_example():
    assert {example[0]["lever"] for example in EXAMPLES.values()} == set(KINDS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_lever_reads_and_prints(draft, name):
    written, lever, said = EXAMPLES[name]
    others = beside(written)
    draft.set("scenarios.edge of care.levers", [*others, dict(written, source="A paper.")])
    read = draft.load().scenario("edge of care").levers
    (found,) = (v for v in read if v.content == lever.content)
    assert found == lever
    assert str(found) == said
    assert found.source == "A paper."
    assert found.where == draft.line(f"scenarios.edge of care.levers[{len(others) + 1}]")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_lever_needs_its_source_and_each_field_without_a_default(draft, name):
    written, _, _ = EXAMPLES[name]
    draft.set("scenarios.edge of care.levers", [dict(written)])
    assert [p.path.rpartition(".")[2] for p in draft.faults()] == ["source"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_lever_agrees_with_itself_wherever_it_was_read(name):
    _, lever, _ = EXAMPLES[name]
    again = dataclasses.replace(lever, source="another", where="x:1")
    assert lever == again
    assert hash(lever) == hash(again)
    assert not clash(lever, again)
    assert lever.content == again.content
    assert lever.content[: len(lever.target)] == lever.target
    assert pickle.loads(pickle.dumps(lever)) == lever


CLASHES = {
    "opening days": (Open(service=EDGE, on=APRIL), Open(service=EDGE, on=JUNE)),
    "teams": (Open(service=EDGE, on=APRIL), Open(service=EDGE, on=APRIL, teams=2)),
    "delays": (Delay(service=EDGE, days=1), Delay(service=EDGE, days=2)),
    "panels of one day": (Panel(start=JUNE, cases=1), Panel(start=JUNE, cases=2)),
    "all teams and one": (
        Recruitment(start=APRIL, at_once=True),
        Recruitment(service=EDGE, start=JUNE, never_filled=0.4),
    ),
    "a role and a team": (
        Recruitment(role="manager", start=APRIL, delay_days=9),
        Recruitment(service=EDGE, start=APRIL, delay_days=8),
    ),
    "changes at a time": (
        Change(parameter=TAKE_UP, start=APRIL, to=0.5),
        Change(parameter=TAKE_UP, start=JUNE, times=2.0),
    ),
    "demand": (Demand(times=1.1, start=APRIL, end=NEXT), Demand(times=1.2, start=JUNE)),
    "thresholds": (Nerve(times=0.9, start=APRIL), Nerve(times=0.8, start=JUNE)),
    "prices of one year": (
        Price(item="kinship", times=1.1, year="2023/24"),
        Price(item="kinship", times=1.2, year="2023/24"),
    ),
    "protection": (
        Protect(service=EDGE, protected=True, start=APRIL),
        Protect(service=EDGE, protected=False, start=APRIL),
    ),
    "reviews of one service": (
        Review(service=EDGE, on=APRIL, ends=JUNE, fewer=1),
        Review(service=EDGE, on=JUNE, ends=NEXT, fewer=1),
    ),
    "spare places": (
        Extend(service=EDGE, start=APRIL, spare=1),
        Extend(service=EDGE, start=APRIL, spare=2),
    ),
    "which comes first": (
        Order(service="family_safeguarding", before="conference", start=APRIL),
        Order(service="family_group_conference", before="family_safeguarding", start=JUNE),
    ),
    "an order and a criterion set while it holds": (
        Order(service=EDGE, before="conference", start=APRIL),
        Panel(start=JUNE, earlier_help="none"),
    ),
}


@pytest.mark.parametrize("name", CLASHES)
def test_levers_that_say_two_things_of_one_target_are_refused(name):
    a, b = CLASHES[name]
    assert clash(a, b)
    assert clash(b, a)
    assert len(conflicts([a, b])) == 1
    with pytest.raises(InputError) as caught:
        Scenario(name="a", levers=frozenset({a})) & Scenario(name="b", levers=frozenset({b}))
    assert str(a) in str(caught.value)
    assert str(b) in str(caught.value)


AGREED = {
    "open and close": (Open(service=EDGE, on=APRIL), Close(service=EDGE, on=JUNE)),
    "panels of two days": (Panel(start=APRIL, cases=1), Panel(start=JUNE, cases=2)),
    "two teams": (
        Recruitment(service=EDGE, start=APRIL, at_once=True),
        Recruitment(service="early_help", start=APRIL, never_filled=0.4),
    ),
    "two roles": (
        Recruitment(role="manager", start=APRIL, at_once=True),
        Recruitment(role="coordinator", start=APRIL, never_filled=0.4),
    ),
    "one after the other": (
        Change(parameter=TAKE_UP, start=APRIL, end=JUNE, to=0.5),
        Change(parameter=TAKE_UP, start=JUNE, times=2.0),
    ),
    "demand and threshold": (Demand(times=1.1, start=APRIL), Nerve(times=1.1, start=APRIL)),
    "protected, then not": (
        Protect(service=EDGE, protected=True, start=APRIL, end=JUNE),
        Protect(service=EDGE, protected=False, start=JUNE),
    ),
    "pairs, twice": (Pairs(service=EDGE, start=APRIL, end=JUNE), Pairs(service=EDGE, start=NEXT)),
    "spare places, then fewer": (
        Extend(service=EDGE, start=APRIL, end=JUNE, spare=2),
        Extend(service=EDGE, start=JUNE, spare=0),
    ),
    "an order and a calendar": (
        Order(service=EDGE, before="conference", start=APRIL),
        Panel(start=JUNE, cases=2),
    ),
    "an order and what was asked before": (
        Order(service=EDGE, before="conference", start=JUNE),
        Panel(start=APRIL, earlier_help="none"),
    ),
    "orders of two services": (
        Order(service=EDGE, before="conference", start=APRIL),
        Order(service="family_safeguarding", before="conference", start=APRIL),
    ),
    "prices of two years": (
        Price(item="kinship", times=1.1, year="2023/24"),
        Price(item="kinship", times=1.2, year="2024/25"),
    ),
    "training and mentoring": (
        Training(service=EDGE, complete=APRIL),
        Mentoring(service=EDGE, complete=APRIL),
    ),
}


@pytest.mark.parametrize("name", AGREED)
def test_levers_on_different_targets_or_times_go_together(name):
    a, b = AGREED[name]
    assert not conflicts([a, b])
    assert Scenario(name="x", levers=frozenset({a, b})).levers == {a, b}


def test_a_whole_number_and_the_same_number_with_a_point_are_one_lever():
    assert Delay(service=EDGE, days=60).content == Delay(service=EDGE, days=60.0).content
    assert Demand(times=1, start=APRIL) == Demand(times=1.0, start=APRIL)
    assert Panel(start=JUNE, every_days=7).content == Panel(start=JUNE, every_days=7.0).content


def test_the_service_that_a_lever_is_about():
    assert service_of(Panel(start=JUNE, cases=1)) == EDGE
    assert service_of(Delay(service="early_help", days=1)) == "early_help"
    assert service_of(Nerve(times=0.9, start=APRIL)) == ""


def test_the_digest_changes_with_each_lever(draft):
    digests = {draft.load().digest}
    for written, _, _ in EXAMPLES.values():
        draft.set("scenarios.edge of care.levers", [*beside(written), dict(written, source="s")])
        digests.add(draft.load().digest)
    assert len(digests) == len(EXAMPLES) + 1
