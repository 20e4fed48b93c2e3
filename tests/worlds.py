"""Tiny worlds for tests: plans made by hand, and Bury made small.

In a hand-made plan every rate is ``RATE`` units a tick and nobody has a resilience that can be spent, so the
only things that happen are those that a test writes down: ``after(days(3))`` happens three days after its
clock begins to run.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine.events import Event, EventLog
from sim.foundations.clock import TICKS_PER_DAY, TICKS_PER_YEAR, Clock
from sim.foundations.ledger import NEVER, ONE
from sim.model import terms
from sim.model.compile import Circumstances, build_circumstances, compile_plan
from sim.model.effects import SOLVED
from sim.model.plan import POWERS, Children, Families, Plan, Practice, Rules, Services, Table, Worker
from sim.model.terms import Channel, Gate, Line, Offer, Placement, Route, Status, Turn
from sim.study.catalogue import PARTNER_ROLES
from sim.study.config import Study, load_study
from sim.study.scenario import Mentoring, Open, Posts, Scenario, Training

ROOT = Path(__file__).resolve().parents[1]
RATE = 1 << 24
"""Units that every clock of a hand-made plan spends a tick."""
UNSPENT = 1 << 60
"""A resilience that no hand-made plan can spend."""
TWO_YEARS = Clock(dt.date(2023, 4, 1), dt.date(2025, 4, 1))
BANDS = len(terms.BANDS)
ALWAYS, NEVER_ONCE = ((0, ONE),), ((0, 0),)
"""Rows of a chance, or a multiplier, from the first day on."""


def days(number: float) -> int:
    """Ticks in a number of days."""
    return round(number * TICKS_PER_DAY)


def years(number: float) -> int:
    """Ticks in a number of years."""
    return round(number * TICKS_PER_YEAR)


def after(ticks: int) -> int:
    """The resilience that ``RATE`` spends in ``ticks``."""
    return ticks * RATE


@dataclass(frozen=True, kw_only=True)
class Kid:
    """A child of a hand-made family; sequences are padded with what never happens."""

    age: float = 8.0
    """Years at tick 0."""
    born: int | None = None
    """Tick of birth, in place of ``age``."""
    crisis: Sequence[int] = ()
    edge: Sequence[int] = ()
    heard: Sequence[int] = ()
    heard_in_care: Sequence[int] = ()
    joins: Sequence[int] = ()
    stay: Sequence[int] = ()
    stay_end: Sequence[int] = ()
    leaving: Sequence[int] = ()
    placement: Sequence[int] = ()
    kin: Sequence[int] = ()
    settled: Sequence[int] = ()
    moved_to: Sequence[int] = ()
    guardian: bool = False
    opening_stay: int = -1
    opening_elapsed: int = 0
    returned: bool = False
    unaccompanied: bool = False


@dataclass(frozen=True, kw_only=True)
class Household:
    """A family of a hand-made plan. By default its case is closed on the first day."""

    kids: Sequence[Kid] = (Kid(),)
    arrives: int = 0
    opening: int = Status.CLOSED
    """Status on the first day; -1 for one that comes by referral."""
    elapsed: int = 0
    outcome: Sequence[int] = ()
    assessment: Sequence[int] = ()
    rereferral: Sequence[int] = ()
    factor: int = ONE
    relationship: bool = True
    needs: int = 0
    """A bit for each specialist that the parents' needs call for."""
    impaired: bool = False
    earlier_plan: bool = False
    priority: int = 1
    step_up: Sequence[int] = ()
    step_down: Sequence[int] = ()
    to_early_help: bool = False
    plan_start: Sequence[int] = ()
    court: Sequence[int] = ()
    no_warning: Sequence[int] = ()
    picks: Sequence[int] = ()
    panel: int = ONE - 1
    """Uniform against which the panel's chance of refusing is held."""
    order: int = ONE - 1
    """Uniform against which the chance of an order with kin is held."""
    declines: Sequence[int] = ()
    """Offers that this family declines."""
    unoffered: Sequence[int] = ()
    length: Mapping[int, int] = field(default_factory=dict)
    """By offer: length of the work in ticks; 90 days for the others."""


def troubled(crisis: float, edge: float, **more: Any) -> Household:
    """A family of one child with one crisis, that ends in care ``edge`` days later if nobody helps."""
    kid = Kid(age=more.pop("age", 8.0), crisis=(after(days(crisis)),), edge=(after(days(edge)),))
    return Household(kids=(kid,), **more)


def person(*rows: tuple[float, int, int]) -> Worker:
    """A worker from rows (from day, families, person)."""
    return tuple((days(day), families, whose) for day, families, whose in rows)


def padded(rows: Iterable[Sequence[int]], width: int, filler: int) -> Any:
    """Rows of unequal length as an array [n, width]."""
    return np.array([[*row, *[filler] * (width - len(row))] for row in rows], dtype=np.int64).reshape(
        -1, width
    )


def families_of(households: Sequence[Household]) -> Families:
    """The families of a plan; identities are 10, 20, 30 and so on."""
    n = len(households)
    offers = range(len(Offer))
    made = [[[(ONE - 1) * (o in h.unoffered)] * terms.OFFERS for h in households] for o in offers]
    taken = [[[(ONE - 1) * (o in h.declines)] * terms.OFFERS for h in households] for o in offers]
    lasts = [[[h.length.get(o, days(90))] * terms.OFFERS for h in households] for o in offers]
    return Families(
        id=np.arange(1, n + 1) * 10,
        arrives=np.array([h.arrives for h in households], dtype=np.int64),
        opening_status=np.array([h.opening for h in households], dtype=np.int64),
        opening_elapsed=np.array([h.elapsed for h in households], dtype=np.int64),
        first_referral=np.zeros(n, dtype=np.int64),
        outcome=padded((h.outcome for h in households), terms.REFERRALS, Status.CLOSED),
        assessment=padded((h.assessment for h in households), terms.REFERRALS, days(30)),
        rereferral=padded((h.rereferral for h in households), terms.REFERRALS, UNSPENT),
        factor=np.array([h.factor for h in households], dtype=np.int64),
        relationship=np.array([h.relationship for h in households]),
        needs=np.array([int(h.needs) for h in households], dtype=np.int64),
        panel=np.array([[h.panel] * terms.OFFERS for h in households], dtype=np.int64),
        order=np.array([[h.order] * terms.ORDERS for h in households], dtype=np.int64),
        ethnicity=np.zeros(n, dtype=np.int64),
        again=np.zeros(n, dtype=bool),
        impaired=np.array([h.impaired for h in households]),
        earlier_plan=np.array([h.earlier_plan for h in households]),
        priority=np.array([h.priority for h in households], dtype=np.int64),
        step_up=padded((h.step_up for h in households), terms.SPELLS, UNSPENT),
        step_down=padded((h.step_down for h in households), terms.SPELLS, UNSPENT),
        to_early_help=np.array([[h.to_early_help] * terms.SPELLS for h in households]),
        plan_start=padded((h.plan_start for h in households), terms.SPELLS, 0),
        court=padded((h.court for h in households), terms.COURT_CRISES, UNSPENT),
        no_warning=padded((h.no_warning for h in households), terms.NO_WARNING_CRISES, UNSPENT),
        picks=padded((h.picks for h in households), terms.NO_WARNING_CRISES, 0),
        offered=np.array(made, dtype=np.int64),
        accepts=np.array(taken, dtype=np.int64),
        length=np.array(lasts, dtype=np.int64),
        first_child=np.cumsum([0, *(len(h.kids) for h in households)]),
    )


def children_of(households: Sequence[Household]) -> Children:
    """The children of a plan; the first child of family 10 is 100, its second 101."""
    kids = [kid for h in households for kid in h.kids]
    ids = [(row + 1) * 100 + slot for row, h in enumerate(households) for slot in range(len(h.kids))]
    return Children(
        id=np.array(ids, dtype=np.int64),
        born=np.array([-years(k.age) if k.born is None else k.born for k in kids], dtype=np.int64),
        crisis=padded((k.crisis for k in kids), terms.CRISES, UNSPENT),
        edge=padded((k.edge for k in kids), terms.CRISES, UNSPENT),
        heard=padded((k.heard for k in kids), terms.CRISES, 0),
        heard_in_care=padded((k.heard_in_care for k in kids), terms.PERIODS, ONE - 1),
        joins=padded((k.joins for k in kids), terms.CRISES, ONE - 1),
        stay=padded((k.stay for k in kids), terms.PERIODS, 0),
        stay_end=padded((k.stay_end for k in kids), terms.PERIODS, UNSPENT),
        leaving=padded((k.leaving for k in kids), terms.PERIODS, 0),
        placement=padded((k.placement for k in kids), terms.PERIODS, 0),
        kin=padded((k.kin for k in kids), terms.PERIODS, ONE - 1),
        settled=padded((k.settled for k in kids), terms.MOVES, UNSPENT),
        moved_to=padded((k.moved_to for k in kids), terms.MOVES, 0),
        guardian=np.array([k.guardian for k in kids]),
        sex=np.zeros(len(kids), dtype=np.int64),
        disabled=np.zeros(len(kids), dtype=bool),
        opening_stay=np.array([k.opening_stay for k in kids], dtype=np.int64),
        opening_elapsed=np.array([k.opening_elapsed for k in kids], dtype=np.int64),
        returned=np.array([k.returned for k in kids]),
        unaccompanied=np.array([k.unaccompanied for k in kids]),
    )


def rules(**changes: Any) -> Rules:
    """Every rate ``RATE``, every multiplier one, stays long, returns home, own fostering, nobody joins."""
    plain = Rules(
        status_steps=tuple(((0, RATE, RATE, RATE),) for _ in Status),
        escalation_by_youngest=(ONE,) * BANDS,
        years=((0, ONE),),
        exit_years=((0, ONE),),
        rereferral=((0, RATE),),
        breakdown=(RATE,) * BANDS,
        breakdown_by_status=(ONE,) * len(Status),
        court_by_youngest=(ONE,) * BANDS,
        court_at_birth=(0,) * 7,
        no_warning=(RATE,) * len(Status),
        edge_rate=RATE,
        window=days(28),
        after_return=((0, 0), (years(6), 0)),
        guardianship=RATE,
        gates=(0,) * len(Status),
        transfer=0,
        after_crisis=(days(182), ONE),
        reviews=(1, 1),
        order_with_kin=0,
        joins=(0,) * len(Route),
        stay=((0, 0),) * len(Route),
        exit_rate=(RATE, RATE),
        exit_long=(RATE,) * BANDS,
        exit_long_early=ONE,
        half_year=TICKS_PER_YEAR // 2,
        leaving_by_stay=((ONE,) * 3,) * 2,
        leaving_by_band=((ONE,) * 3,) * 4,
        guardians_by_stay=(0, 0),
        guardians_by_band=(0,) * 4,
        placement=((ONE,) * 5,) * BANDS,
        kinship=(0,) * BANDS,
        moves=(((0, RATE),),) * len(Placement),
        moved_to=((ONE,) * 5,) * BANDS,
        band_starts=tuple(years(start) for start in terms.BAND_STARTS),
    )
    return replace(plain, **changes)


def services(
    clock: Clock = TWO_YEARS,
    *,
    places: Mapping[int, Sequence[tuple[int, int]]] | None = None,
    workers: Mapping[int, Sequence[Worker]] | None = None,
    opens: Mapping[int, int] | None = None,
    lapses: Mapping[int, int] | None = None,
    effects: Mapping[int, Mapping[int, float]] | None = None,
    lasting: bool = True,
    panel_every: int = days(7),
    practice: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Services:
    """Nothing open and nothing changed, but what is given.

    ``places`` by line makes one worker who never leaves; ``workers`` gives them one by one. ``effects`` by
    offer are multipliers by channel, in full from the first day; with ``lasting`` they stay when work ends,
    otherwise they go with it.
    """
    months = len(clock.month_starts)
    places, opens, lapses = places or {}, opens or {}, lapses or {}
    posts = dict(workers or {})
    for line, rows in places.items():
        posts[line] = (tuple((tick, number, 1) for tick, number in rows),)
    plain = Services(
        workers=tuple(tuple(posts.get(line, ())) for line in Line),
        places=tuple(tuple(places.get(line, ((0, 0),))) for line in Line),
        opens=tuple(opens.get(offer, NEVER) for offer in Offer),
        closes=(NEVER,) * len(Offer),
        offered=(((0, ONE - 1),),) * len(Offer),
        take_up=(((0, ONE - 1),),) * len(Offer),
        lapses=tuple(lapses.get(offer, days(90)) for offer in Offer),
        powers=tuple(powers((effects or {}).get(offer, {}), offer) for offer in Offer),
        strength=((ONE,) * months,) * len(Offer),
        decay=(ONE if lasting else 0,) * months,
        continuity=(ONE,) * 4,
        direct_work=ONE,
        lengths=(ALWAYS,) * len(Offer),
        heard=(ALWAYS,) * len(terms.HELD_NAMES),
        heard_in_care=NEVER_ONCE,
        meetings=tuple(range(panel_every, clock.horizon, panel_every)),
        practice=(
            Practice(
                **{
                    "since": 0,
                    "earlier_help": Gate.NONE,
                    "youngest": 0,
                    "emergency": False,
                    "cases": 1000,
                    **(practice or {}),
                }
            ),
        ),
        panel_refuses=NEVER_ONCE,
        urgent=days(1),
        recent=((0, days(365)),),
        turns=((0, Turn.BESIDE),),
        step_down_ages=(0, years(10), years(13)),
        return_home_lapse=days(42),
        held_after_return=days(365),
        handover=days(14),
        patience=days(56),
        nerve=((0, ONE),),
        stability=((0, NEVER),),
        stability_after=days(365),
        stability_youngest=3,
        load_capacity=((0, 0),),
        load_in_service=ONE,
        overload=(ONE,) * 49,
        compounding=False,
        strongest_only=False,
    )
    return replace(plain, **changes)


def powers(multipliers: Mapping[int, float], offer: int) -> tuple[tuple[int, Table], ...]:
    """The powers of one offer's multipliers by channel; a multiplier of nought stops a rate altogether."""
    if offer in terms.SPECIALISTS:
        return ()
    logs = [np.log(max(multipliers.get(channel, 1.0), 1e-12)) for channel in Channel]
    table = [
        tuple(round(float(np.exp(step / POWERS * log)) * ONE) for log in logs) for step in range(POWERS + 1)
    ]
    return ((0, tuple(table)),)


def plan_of(
    *households: Household,
    clock: Clock = TWO_YEARS,
    rules: Rules | None = None,
    services: Services | None = None,
    counted: Sequence[int] = (),
    posts: Sequence[Any] = (),
) -> Plan:
    """A plan of a few families."""
    return Plan(
        horizon=clock.horizon,
        months=clock.month_starts,
        families=families_of(households),
        children=children_of(households),
        rules=rules or globals()["rules"](),
        services=services or globals()["services"](clock),
        posts=tuple(posts),
        counted_referrals=np.array(counted, dtype=np.int64),
        counted_again=np.zeros(len(counted), dtype=bool),
    )


def story(log: EventLog, family: int | None = None, *events: Event) -> list[tuple[float, str, int, int]]:
    """(day, event, child, what) of a log, of one family and some events where these are given."""
    kept = []
    for tick, who, child, code, what, _ in rows(log):
        wanted = (family is None or who == family) and (not events or Event(code) in events)
        if wanted:
            kept.append((tick / TICKS_PER_DAY, Event(code).name, child, what))
    return kept


def rows(log: EventLog, *events: Event) -> list[tuple[int, int, int, int, int, int]]:
    """The records of a log, of some events where these are given, as tuples."""
    table = np.stack([log.tick, log.family, log.child, log.event, log.what, log.amount], axis=1)
    if events:
        table = table[np.isin(log.event, [int(event) for event in events])]
    return [tuple(row) for row in table.tolist()]


def at(log: EventLog, event: Event, **wanted: int) -> list[float]:
    """Days at which an event happened, with those values of ``family``, ``child``, ``what`` or ``amount``."""
    mask = log.rows(event)
    for name, value in wanted.items():
        mask = mask & (getattr(log, name) == value)
    return [tick / TICKS_PER_DAY for tick in log.tick[mask].tolist()]


def digest(log: EventLog) -> str:
    """A fingerprint of a log."""
    return hashlib.sha256(log.tobytes()).hexdigest()


SMALL: dict[str, Any] = {
    "demand.families_referred": 260.0,
    "demand.returning": {"first year": 60.0, "second year": 30.0, "later": 10.0},
    "opening.families": {
        "early help": 60.0,
        "child in need": 40.0,
        "child protection": 30.0,
        "pre-proceedings": 8.0,
        "proceedings": 6.0,
    },
    "care.opening": {"under 1": 3.0, "1-4": 10.0, "5-9": 12.0, "10-15": 25.0, "16-17": 15.0},
    "care.opening_unaccompanied": 3.0,
    "care.unaccompanied_a_year": 3.0,
    "care.returned_recently": 6.0,
    "staffing.early_help.posts.key_worker": 3.0,
    "staffing.family_group_conference.posts.coordinator": 1.0,
    "staffing.family_safeguarding.posts.social_worker": 4.0,
    "services.edge_of_care.families_per_post.social_worker": 1.0,
    "services.edge_of_care.families_per_post.family_support_worker": 1.0,
}
"""Bury at about a fifth of its size."""


@cache
def small_bury() -> Study:
    """Bury made small: the same rules, fewer people, teams small enough to have waiting lists."""
    return load_study(ROOT / "configs" / "bury.yaml").replace(SMALL)


NO_CHANGE = Scenario(name="no change")


def edge_of_care(posts: int = 3, opens: dt.date = dt.date(2023, 6, 1)) -> Scenario:
    """Edge of Care, recruited and trained in the two months before it opens."""
    start = (opens - dt.timedelta(days=61)).replace(day=1)
    team = "edge_of_care"
    levers = {
        Posts(service=team, role="manager", posts=1, start=start),
        Posts(service=team, role="social_worker", posts=posts, start=start),
        Posts(service=team, role="family_support_worker", posts=posts, start=start),
        Training(service=team, complete=opens - dt.timedelta(days=1)),
        Mentoring(service=team, complete=opens + dt.timedelta(days=60)),
        Open(service=team, on=opens),
    }
    return Scenario(name="edge", levers=frozenset(levers))


def family_safeguarding(posts: int = 2, opens: dt.date = dt.date(2023, 8, 1)) -> Scenario:
    """Family Safeguarding in two teams: specialists beside the social workers who are there."""
    start = (opens - dt.timedelta(days=150)).replace(day=1)
    team = "family_safeguarding"
    levers = {
        *(Posts(service=team, role=role, posts=posts, start=start) for role in PARTNER_ROLES),
        Training(service=team, complete=opens),
        Open(service=team, on=opens, teams=2, every_days=30),
    }
    return Scenario(name="safeguarding", levers=frozenset(levers))


def both() -> Scenario:
    """Both services."""
    return edge_of_care() & family_safeguarding()


@cache
def circumstances(draw: int = 0, run: int = 0) -> Circumstances:
    """The people of small Bury."""
    return build_circumstances(small_bury(), draw, run)


def small_plan(scenario: Scenario = NO_CHANGE, draw: int = 0, run: int = 0) -> Plan:
    """The plan of one scenario in small Bury."""
    return compile_plan(small_bury(), scenario, circumstances(draw, run))


def without_effects(study: Study) -> Study:
    """The study with every multiplier of every service at exactly one, whatever the caseload and load."""
    ones: dict[str, Any] = {
        name: 1.0 for name in study.parameters if name.startswith("effects.") and "half_life" not in name
    }
    ones["effects.caseload"] = 0.0
    for name in SOLVED.values():
        ones[name] = dict.fromkeys(study.parameters[name].value, 1.0)
    return study.replace(ones)
