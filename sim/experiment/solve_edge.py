"""The trials of work with families in crisis, run inside the model to find the multiplier of Edge of Care.

They report the risk of any placement out of home within so many months of referral. A multiplier acts only
while a crisis lasts, after the work has begun, and children also come into care later and by other routes. So
families whose index child comes into a crisis on the first day are followed, once with the work at once and
once without; the multiplier is read off where the ratio of children who came into care is the published one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.engines import engine_named
from sim.engine.events import Event
from sim.experiment.inverse import inverted, looked_up
from sim.foundations.addressed import beginning_with, first_of
from sim.foundations.clock import DAYS_PER_YEAR, TICKS_PER_DAY, TICKS_PER_YEAR, Clock, ticks
from sim.foundations.errors import InputError
from sim.foundations.ledger import NEVER, ONE
from sim.foundations.randomness import Decision
from sim.model.compile import build_circumstances, compile_plan
from sim.model.effects import EDGE_ENTRY, SOLVED
from sim.model.pathway import build_rules, years_of
from sim.model.plan import Practice
from sim.model.population import EXPECTED_SLOT, Block, Draws, births, join
from sim.model.terms import BAND_STARTS, BANDS, LINE_OF, Gate, Line, Offer, Status
from sim.study.catalogue import SOLVED_RATIOS
from sim.study.scenario import NO_CHANGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.model.compile import Circumstances
    from sim.model.plan import Plan, Services
    from sim.model.population import Values
    from sim.study.config import Study

    Ints = NDArray[np.int64]

TABLE = SOLVED[EDGE_ENTRY]
TRIAL_BLOCK = 310
FAMILIES = 6000
MULTIPLIERS = (0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0, 6.0)
MONTHS = (3, 6, 12, 24)
SOLVED_AT = 12
"""Months from referral at which the ratio is solved for; at the others it is compared."""
PUBLISHED = {3: 0.57, 6: 0.51, 12: 0.60, 24: 0.51}
"""Bezeczky and others 2020: risk ratios of placement out of home, a child, by months."""
BEGINS_AFTER_DAYS = 2.0
"""Days from the crisis to the first visit. Assumption: family preservation programmes promise 24 to 72
hours."""
UNLIMITED = 1_000_000
MOST_SELECTED = 20
"""Families built for each one that is chosen for the trial."""
HELD = {Status.CHILD_IN_NEED: "child in need", Status.CHILD_PROTECTION: "child protection"}
"""Levels at which families are referred to such a trial. Assumption: not in court, nor below that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisArm:
    """What became of the index children of one arm."""

    multiplier: float
    entered: tuple[float, ...]
    """By ``MONTHS``: share who have come into care at least once."""
    served: float
    """Share of families with whom the work began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSolution:
    """The simulated trial at each multiplier, and the table that inverts it."""

    controls: tuple[CrisisArm, ...]
    """Without the work. It differs by multiplier only where a reactive service was there before."""
    arms: tuple[CrisisArm, ...]
    """With it."""
    table: dict[str, float]
    """Risk ratio at twelve months (as written in the study) to multiplier."""

    def ratios(self, months: int = SOLVED_AT) -> list[float]:
        """Risk ratio by multiplier."""
        at = MONTHS.index(months)
        return [arm.entered[at] / c.entered[at] for arm, c in zip(self.arms, self.controls, strict=True)]

    def ratio_at(self, ratio: float, months: int) -> float:
        """The ratio at so many months, at the multiplier that the table gives for one at twelve."""
        return float(np.interp(looked_up(self.table, ratio), MULTIPLIERS, self.ratios(months)))

    def arm_at(self, ratio: float) -> float:
        """Share of the arm with the work that came into care within twelve months, at that multiplier."""
        found = [arm.entered[MONTHS.index(SOLVED_AT)] for arm in self.arms]
        return float(np.interp(looked_up(self.table, ratio), MULTIPLIERS, found))

    @property
    def control(self) -> CrisisArm:
        """The arm without the work, where that work would change nothing."""
        return self.controls[MULTIPLIERS.index(1.0)]


def solve_edge(study: Study, families: int = FAMILIES) -> EdgeSolution:
    """Solve entry into care in a crisis, at the central value of everything else.

    The work's other effects (on later crises) are in force in the arm that has it, since the published ratio
    holds them too. No other service works in either arm.
    """
    if families < 1:
        raise InputError.of(f"must be at least 1; found {families}", path="families")
    study = over_two_years(study)
    given = build_circumstances(study, 0, 0)
    controls, arms = [], []
    for multiplier in MULTIPLIERS:
        plan, index = crisis_plan(study, at_multiplier(study, given, multiplier), families)
        controls.append(run_arm(plan, index, multiplier, offered=False))
        arms.append(run_arm(plan, index, multiplier, offered=True))
    if not all(arm.entered[0] for arm in controls):
        raise InputError.of(
            f"no child of {families} families came into care within {MONTHS[0]} months, so there is no risk "
            "to compare with; simulate more families",
            path="families",
        )
    solution = EdgeSolution(controls=tuple(controls), arms=tuple(arms), table={})
    return replace(solution, table=inverted(solution.ratios(), MULTIPLIERS, SOLVED_RATIOS[TABLE]))


def over_two_years(study: Study) -> Study:
    """The study with time enough for the longest follow-up, however short its own."""
    start = study.clock.start
    return replace(study, clock=Clock(start, dt.date(start.year + 3, start.month, 1)))


def at_multiplier(study: Study, given: Circumstances, multiplier: float) -> Circumstances:
    """The same people in the world of a multiplier: whatever ratio is believed, it is the one."""
    values = dict(given.values) | {TABLE: dict.fromkeys(SOLVED_RATIOS[TABLE], multiplier)}
    years = years_of(values, study.clock, study.seed, 0)
    return replace(given, values=values, rules=build_rules(values, study.clock, years, study.structure))


def crisis_plan(study: Study, given: Circumstances, families: int) -> tuple[Plan, Ints]:
    """A plan of nothing but families in which a child is in a crisis on the first day; and those children."""
    plan = compile_plan(study, study.scenario(NO_CHANGE), given)
    draws, slot = selected(given, families)
    block = Block(
        draws=draws,
        seen=np.zeros(draws.n, dtype=np.int64),
        given={
            "opening_status": levels(draws, given.values),
            # Crises come to riskier families in proportion to how much riskier they are.
            "tilt": np.ones(draws.n),
        },
    )
    horizon = ticks(DAYS_PER_YEAR * MONTHS[-1] / 12) + 1
    people, children = join([block], given.values, horizon)
    index = people.id * 10 + slot
    crisis = first_of(children.crisis, 1).copy()
    crisis[np.isin(children.id, index)] = 1
    plan = replace(
        plan,
        horizon=horizon,
        families=replace(people, relationship=np.ones(draws.n, dtype=bool)),
        children=replace(children, crisis=beginning_with(children.crisis, crisis)),
        posts=(),
        counted_referrals=np.zeros(0, dtype=np.int64),
    )
    return plan, index


def selected(given: Circumstances, families: int) -> tuple[Draws, Ints]:
    """Families in which a crisis comes up, and the slot of the child it is about: both in proportion to how
    often relationships with children of those ages break down."""
    draws = Draws.of_block(given.chance, TRIAL_BLOCK, families * MOST_SELECTED)
    block = Block(draws=draws, seen=np.zeros(draws.n, dtype=np.int64), given={})
    born, present = births(block, given.values)
    age = -born[:EXPECTED_SLOT] / TICKS_PER_YEAR
    band = np.clip(np.searchsorted(BAND_STARTS, age, side="right") - 1, 0, len(BANDS) - 1)
    rates = np.array([given.values["routes.breakdown"][name] for name in BANDS])[band]
    rates = np.where(present[:EXPECTED_SLOT], rates, 0.0)
    total = rates.sum(axis=0)
    kept = np.nonzero(draws.one(Decision.ARRIVAL_KEPT) < total / total.max())[0][:families]
    up_to = np.cumsum(rates[:, kept], axis=0) / total[kept]
    slot = (draws.of(kept).one(Decision.ARRIVAL_KEPT, 1) >= up_to).sum(axis=0)
    return draws.of(kept), np.minimum(slot, EXPECTED_SLOT - 1).astype(np.int64)


def levels(draws: Draws, values: Values) -> Ints:
    """Who holds each family: in the proportions of open cases, times how often crises come there."""
    held, rise = values["opening.families"], values["routes.breakdown_by_status"]
    weights = np.array([held[name] * rise[name] for name in HELD.values()])
    place = np.searchsorted(
        np.cumsum(weights)[:-1] / weights.sum(), draws.one(Decision.ARRIVAL_KEPT, 2), side="right"
    )
    return np.array([int(status) for status in HELD])[place]


def run_arm(plan: Plan, index: Ints, multiplier: float, *, offered: bool) -> CrisisArm:
    """Run one arm for two years, with nothing on offer but work in the first crisis, if that."""
    log = engine_named().run(replace(plan, services=at_once(plan.services, offered)))
    entries = log.rows(Event.ENTERED) & np.isin(log.child, index)
    _, first = np.unique(log.child[entries], return_index=True)
    when = log.tick[entries][first]
    work = log.rows(Event.STARTED) & (log.what == int(Offer.EDGE_OF_CARE))
    return CrisisArm(
        multiplier=multiplier,
        entered=tuple(
            float((when <= ticks(DAYS_PER_YEAR * months / 12)).sum() / len(index)) for months in MONTHS
        ),
        served=float(len(np.unique(log.family[work])) / len(index)),
    )


def at_once(services: Services, offered: bool) -> Services:
    """Work for every family in its first crisis, decided within days, of full strength and never refused; or
    no service at all."""
    edge = Offer.EDGE_OF_CARE
    always = ((0, ONE),)
    day = TICKS_PER_DAY
    return replace(
        services,
        opens=tuple(0 if offered and offer == edge else NEVER for offer in Offer),
        # The trial is of one piece of work: a crisis that comes later is not referred again.
        closes=tuple(day if offer == edge else NEVER for offer in Offer),
        workers=tuple((((0, UNLIMITED, 1),),) if line == LINE_OF[edge] else () for line in Line),
        take_up=tuple(always for _ in Offer),
        strength=tuple((ONE,) * len(row) for row in services.strength),
        heard=tuple(always for _ in services.heard),
        practice=(
            Practice(since=0, earlier_help=int(Gate.NONE), youngest=0, emergency=True, cases=UNLIMITED),
        ),
        panel_refuses=((0, 0),),
        urgent=ticks(BEGINS_AFTER_DAYS),
        overload=(ONE,) * len(services.overload),
    )
