"""The trial of conferences at pre-proceedings, run inside the model to find the multiplier that it needs.

A trial's risk ratio is not a rate ratio: some families would have entered anyway before the conference met,
some decline it, and a rate acts on those who are left. So the trial itself is run inside the model: the same
families at pre-proceedings, with a conference offered to all of them and with none, followed for twelve
months. The multiplier is read off where the simulated risk ratio is the published one, and written as a table
that draws interpolate; nothing is solved inside a trial of the main model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.engines import engine_named
from sim.engine.events import Event
from sim.experiment.inverse import inverted, looked_up
from sim.foundations.clock import DAYS_PER_YEAR, TICKS_PER_YEAR, ticks
from sim.foundations.errors import InputError
from sim.foundations.ledger import NEVER, ONE
from sim.foundations.randomness import Decision
from sim.model.compile import build_circumstances, compile_plan
from sim.model.effects import CONFERENCE, SOLVED
from sim.model.population import Block, Draws, births, join
from sim.model.terms import BAND_STARTS, BANDS, LINE_OF, OFFERS, Line, Offer, Status
from sim.study.catalogue import SOLVED_RATIOS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.model.compile import Circumstances
    from sim.model.plan import Plan
    from sim.model.population import Values
    from sim.study.config import Study

TABLE = SOLVED[CONFERENCE]
TRIAL_BLOCK = 300
FAMILIES = 4000
MULTIPLIERS = (0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0, 1.15, 1.3, 1.6, 2.0, 2.5)
MONTHS = 12
PUBLISHED = 0.81
"""The trial's risk ratio of care at twelve months, 36% against 45%, at which the arms are reported."""
UNLIMITED = 1_000_000
MOST_SELECTED = 20
"""Families built for each one that is chosen for the trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What twelve months brought to the children of one arm of the trial."""

    multiplier: float
    in_care: float
    """Share of children in care at twelve months (prevalence)."""
    proceedings: float
    """Share of children whose family had proceedings issued."""
    served: float
    """Share of families whose conference met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The simulated trial at each multiplier, and the table that inverts it."""

    controls: tuple[Arm, ...]
    """The arm without a conference. It differs by multiplier, because the rates of the world without one
    follow from the flows that were observed with some."""
    arms: tuple[Arm, ...]
    """The arm offered one."""
    table: dict[str, float]
    """Risk ratio (as written in the study) to multiplier."""

    @property
    def ratios(self) -> list[float]:
        """Risk ratio by multiplier."""
        return [arm.in_care / c.in_care for arm, c in zip(self.arms, self.controls, strict=True)]

    def at(self, ratio: float) -> tuple[Arm, Arm]:
        """Both arms, interpolated, where the table puts the risk ratio ``ratio``: (control, offered)."""
        multiplier = looked_up(self.table, ratio)
        return between(self.controls, multiplier), between(self.arms, multiplier)


def between(arms: tuple[Arm, ...], multiplier: float) -> Arm:
    """An arm at a multiplier between those that were run."""
    known = [arm.multiplier for arm in arms]
    fields = {
        name: float(np.interp(multiplier, known, [getattr(arm, name) for arm in arms]))
        for name in ("in_care", "proceedings", "served")
    }
    return Arm(multiplier=multiplier, **fields)


def solve_conference(study: Study, families: int = FAMILIES) -> Solution:
    """Solve the conference at pre-proceedings, at the central value of everything else.

    Conditions assumed, as the study's own parameters say: taken up and convened as in the council, by a team
    with no shortage; nobody in the control arm has a conference. The same families are in every arm, in the
    world that the main model runs for that multiplier.
    """
    if families < 1:
        raise InputError.of(f"must be at least 1; found {families}", path="families")
    controls, arms = [], []
    for multiplier in MULTIPLIERS:
        world = study.replace({TABLE: dict.fromkeys(SOLVED_RATIOS[TABLE], multiplier)})
        plan = trial_plan(world, families)
        controls.append(run_arm(plan, multiplier, offered=False))
        arms.append(run_arm(plan, multiplier, offered=True))
    if not all(arm.in_care for arm in controls):
        raise InputError.of(
            f"no child of {families} families is in care after {MONTHS} months, so there is no risk to "
            "compare with; simulate more families",
            path="families",
        )
    found = Solution(controls=tuple(controls), arms=tuple(arms), table={})
    return replace(found, table=inverted(found.ratios, MULTIPLIERS, SOLVED_RATIOS[TABLE]))


def trial_plan(study: Study, families: int, given: Circumstances | None = None) -> Plan:
    """A plan of nothing but families whose pre-proceedings begin on the first day.

    ``given`` may hold the circumstances whose rules and luck they meet; otherwise those of draw and run 0.
    """
    given = build_circumstances(study, 0, 0) if given is None else given
    plan = compile_plan(study, study.scenario("no change"), given)
    everybody = Draws.of_block(given.chance, TRIAL_BLOCK, families * MOST_SELECTED)
    draws = everybody.of(selected(everybody, given.values, families))
    block = Block(
        draws=draws,
        seen=np.zeros(draws.n, dtype=np.int64),
        given={"opening_status": np.full(draws.n, int(Status.PRE_PROCEEDINGS))},
    )
    horizon = ticks(DAYS_PER_YEAR) + 1
    people, children = join([block], given.values, horizon)
    none = np.zeros(0, dtype=np.int64)
    return replace(
        plan,
        horizon=horizon,
        families=people,
        children=children,
        posts=(),
        counted_referrals=none,
    )


def selected(draws: Draws, values: Values, families: int) -> NDArray[np.int64]:
    """Rows of the families who reach pre-proceedings, in the mix of ages that do.

    Two escalations lie before it, so a family is chosen in proportion to the square of how much faster cases
    with a youngest child of that age escalate.
    """
    seen = np.zeros(draws.n, dtype=np.int64)
    born, present = births(Block(draws=draws, seen=seen, given={}), values)
    born = np.where(present & (born <= 0), born, -NEVER)
    youngest = (-born.max(axis=0)) / TICKS_PER_YEAR
    band = np.clip(np.searchsorted(BAND_STARTS, youngest, side="right") - 1, 0, len(BANDS) - 1)
    weight = np.array([values["pathway.escalation_by_youngest"][name] for name in BANDS])[band] ** 2
    kept = draws.one(Decision.ARRIVAL_KEPT) < weight / weight.max()
    return np.nonzero(kept)[0][:families]


def run_arm(plan: Plan, multiplier: float, *, offered: bool) -> Arm:
    """Run one arm for twelve months, with nothing on offer but the conference, if that."""
    what = Offer.CONFERENCE_PRE_PROCEEDINGS
    services = replace(
        plan.services,
        opens=tuple(0 if offered and offer == what else NEVER for offer in Offer),
        workers=tuple((((0, UNLIMITED, 1),),) if line == LINE_OF[what] else () for line in Line),
        overload=(ONE,) * len(plan.services.overload),
    )
    everyone = (np.zeros((len(plan.families.id), OFFERS), dtype=np.int64),) * len(Offer)
    log = engine_named().run(
        replace(plan, services=services, families=replace(plan.families, offered=everyone))
    )
    in_trial = plan.children.born <= 0
    inside = np.isin(log.child, plan.children.id[in_trial])
    entered = inside & log.rows(Event.ENTERED)
    left = inside & log.rows(Event.LEFT)
    issued = np.unique(log.family[log.rows(Event.STATUS) & (log.what == Status.PROCEEDINGS)])
    family_of = np.repeat(plan.families.id, np.diff(plan.families.first_child))
    met = np.unique(log.family[log.rows(Event.FINISHED) & (log.what == int(what))])
    children = in_trial.sum()
    return Arm(
        multiplier=multiplier,
        in_care=float((entered.sum() - left.sum()) / children),
        proceedings=float(np.isin(family_of[in_trial], issued).sum() / children),
        served=float(len(met) / len(plan.families.id)),
    )
