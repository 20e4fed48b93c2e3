"""Scenarios unite like sets, and refuse to say two things of one target."""

from __future__ import annotations

import datetime as dt
import itertools
import pickle

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.foundations.errors import InputError
from sim.study.catalogue import CHANGEABLE, PRICED, ROLES, SERVICES
from sim.study.levers import ORDERS
from sim.study.scenario import (
    Change,
    Close,
    Delay,
    Demand,
    Extend,
    Funding,
    Nerve,
    Open,
    Order,
    Pairs,
    Panel,
    Posts,
    Price,
    Protect,
    Recruitment,
    Scenario,
    SetUp,
    Training,
    conflicts,
)

DAYS = st.sampled_from([dt.date(2023, 4, 1) + dt.timedelta(days=91 * i) for i in range(6)])
ENDS = st.none() | st.just(dt.date(2025, 1, 1))
SERVICE = st.sampled_from(sorted(SERVICES)[:3])
SOURCES = st.sampled_from(["", "a paper", "another paper"])
YEARS = st.sampled_from(["2023/24", "2024/25"])


@st.composite
def posts(draw):
    service = draw(SERVICE)
    start = draw(DAYS)
    end = draw(st.none() | st.integers(1, 400).map(lambda n: start + dt.timedelta(days=n)))
    role = draw(st.sampled_from(ROLES[service]))
    halves = draw(st.integers(0, 6)) / 2
    return Posts(service=service, role=role, posts=halves, start=start, end=end, source=draw(SOURCES))


LEVERS = st.one_of(
    st.builds(Open, service=SERVICE, on=DAYS, source=SOURCES),
    posts(),
    st.builds(Training, service=SERVICE, complete=DAYS, source=SOURCES),
    st.builds(SetUp, service=SERVICE, year=YEARS, pounds=st.sampled_from([1.0, 2.5]), source=SOURCES),
    st.builds(Close, service=SERVICE, on=DAYS, source=SOURCES),
    st.builds(Delay, service=SERVICE, days=st.sampled_from([30.0, 60.0]), source=SOURCES),
    st.builds(
        Recruitment,
        service=SERVICE | st.just(""),
        start=DAYS,
        end=ENDS,
        never_filled=st.sampled_from([0.0, 0.4]),
        at_once=st.booleans(),
        source=SOURCES,
    ),
    st.builds(Panel, start=DAYS, every_days=st.none() | st.just(7.0), emergency=st.none() | st.booleans()),
    st.builds(
        Change, parameter=st.sampled_from(CHANGEABLE[:2]), start=DAYS, times=st.sampled_from([0.5, 2.0])
    ),
    st.builds(Demand, times=st.sampled_from([0.5, 2.0]), start=DAYS, source=SOURCES),
    st.builds(Nerve, times=st.sampled_from([0.5, 2.0]), start=DAYS, source=SOURCES),
    st.builds(Price, item=st.sampled_from(PRICED[:2]), times=st.sampled_from([0.5, 2.0]), year=YEARS),
    st.builds(Protect, service=st.just("edge_of_care"), protected=st.booleans(), start=DAYS, end=ENDS),
    st.builds(Pairs, service=st.just("edge_of_care"), start=DAYS, end=ENDS),
    st.builds(
        Order,
        service=st.just("edge_of_care"),
        before=st.sampled_from(ORDERS["edge_of_care"]),
        start=DAYS,
        end=ENDS,
    ),
    st.builds(Extend, service=st.just("edge_of_care"), start=DAYS, spare=st.integers(0, 2), end=ENDS),
    st.builds(Funding, service=SERVICE, year=YEARS, pounds=st.sampled_from([1.0, 2.5]), source=SOURCES),
)


@st.composite
def scenarios(draw):
    """A scenario without conflicts: levers that clash with an earlier one are left out."""
    chosen = []
    for lever in draw(st.lists(LEVERS, max_size=5)):
        if not conflicts([*chosen, lever]):
            chosen.append(lever)
    name = draw(st.sampled_from(["a", "b", "c", "d & e"]))
    against = draw(st.sampled_from(["no change", "x"]))
    return Scenario(name=name, levers=frozenset(chosen), meaning=f"meaning of {name}", against=against)


def everything(scenario):
    """All of a scenario, what is not compared included."""
    levers = sorted((lever.content, lever.source) for lever in scenario.levers)
    return scenario.name, scenario.meaning, scenario.against, levers


def united(*parts):
    try:
        total = parts[0]
        for part in parts[1:]:
            total = total & part
    except InputError:
        return None
    return everything(total)


@given(scenarios(), scenarios())
def test_uniting_is_commutative(a, b):
    assert united(a, b) == united(b, a)


@given(scenarios(), scenarios(), scenarios())
def test_uniting_is_associative(a, b, c):
    def nested():
        try:
            return everything(a & (b & c))
        except InputError:
            return None

    assert united(a, b, c) == nested()


@given(scenarios())
def test_uniting_is_idempotent(a):
    assert everything(a & a) == everything(a)


@given(scenarios())
def test_no_change_adds_nothing(a):
    none = Scenario(name="no change")
    assert a & none == a == none & a
    if a.levers:
        assert (a & none).name == a.name.replace("e & d", "d & e")


@given(scenarios(), scenarios())
def test_exactly_the_scenarios_that_conflict_are_refused(a, b):
    clash = conflicts(a.levers | b.levers)
    if clash:
        with pytest.raises(InputError) as caught:
            a & b
        assert all(str(one) in str(caught.value) and str(two) in str(caught.value) for one, two in clash)
    else:
        assert set((a & b).content) == set(a.content) | set(b.content)


@given(SERVICE, DAYS, DAYS)
def test_two_opening_days_of_one_service_are_refused_and_both_named(service, one, two):
    assume(one != two)
    a = Scenario(name="a", levers=frozenset({Open(service=service, on=one)}))
    b = Scenario(name="b", levers=frozenset({Open(service=service, on=two)}))
    with pytest.raises(InputError) as caught:
        a & b
    assert f"open {service} on {one}" in str(caught.value)
    assert f"open {service} on {two}" in str(caught.value)


def test_posts_of_one_role_may_follow_but_not_overlap():
    def of(posts, start, end):
        lever = Posts(
            service="edge_of_care",
            role="manager",
            posts=posts,
            start=dt.date(2023, start, 1),
            end=end and dt.date(2023, end, 1),
        )
        return Scenario(name=str(posts), levers=frozenset({lever}))

    assert len((of(1, 4, 6) & of(2, 6, None)).levers) == 2
    with pytest.raises(InputError, match="1 manager posts in edge_of_care"):
        of(1, 4, 7) & of(2, 6, None)


@given(scenarios())
def test_equal_content_makes_equal_scenarios_whatever_their_names(a):
    other = a.rename("other", "another meaning")
    assert other == a
    assert hash(other) == hash(a)
    assert other.content == a.content
    assert other.name == "other"


def test_content_does_not_depend_on_the_order_of_levers():
    levers = [
        Open(service="edge_of_care", on=dt.date(2023, 6, 1)),
        Training(service="edge_of_care", complete=dt.date(2023, 5, 31)),
        SetUp(service="edge_of_care", year="2023/24", pounds=1),
    ]
    contents = {Scenario(name="x", levers=frozenset(p)).content for p in itertools.permutations(levers)}
    assert len(contents) == 1


def test_a_scenario_survives_pickling():
    a = Scenario(name="a", levers=frozenset({Open(service="edge_of_care", on=dt.date(2023, 6, 1))}))
    copy = pickle.loads(pickle.dumps(a))
    assert everything(copy) == everything(a)
    assert copy.opens("edge_of_care") == dt.date(2023, 6, 1)
    assert copy.opens("early_help") is None
