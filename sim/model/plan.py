"""The Plan: one trial with all chance and evidence already turned into whole numbers.

It is the last place where either is seen. An engine takes a Plan and nothing else; times are ticks,
resiliences and rates are ledger units, multipliers and chances are fixed point (``ONE`` = 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

Row = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    """One row a family, in the order of their identities (n families)."""

    id: Ints
    """[n] identity: block of origin and place in it; never depends on how many others there are."""
    arrives: Ints
    """[n] tick of the first referral that leads to a service; 0 for families open at the start."""
    opening_status: Ints
    """[n] Status held at tick 0, or -1 for a family that arrives by referral."""
    opening_elapsed: Ints
    """[n] ticks already spent in that status."""
    first_referral: Ints
    """[n] occurrence number of the referral it arrives with."""
    outcome: Ints
    """[n, REFERRALS] Status that each assessment leads to (CLOSED: no further action)."""
    assessment: Ints
    """[n, REFERRALS] length of each assessment, ticks."""
    rereferral: Ints
    """[n, REFERRALS] resilience against being referred again after each closure."""
    factor: Ints
    """[n] multiplier of the family's risk (heterogeneity), fixed point."""
    relationship: Flags
    """[n] whether the difficulty is a relationship of parent and child breaking down."""
    needs: Flags
    """[n] whether a parent's needs call for Family Safeguarding's specialists."""
    impaired: Flags
    """[n] whether, as a child in need, the impairment is significant enough for Family Safeguarding."""
    priority: Ints
    """[n] assessed risk, 0 first; an imperfect reading of the true factor."""
    step_up: Ints
    """[n, SPELLS] resilience against escalation, a spell of status each."""
    step_down: Ints
    """[n, SPELLS] resilience against closure or step-down."""
    to_early_help: Flags
    """[n, SPELLS] whether a closure from child in need steps down to early help."""
    plan_start: Ints
    """[n, SPELLS] uniform, fixed point: a conference makes a plan while this is below the multiplier."""
    court: Ints
    """[n, COURT_CRISES] resilience against court-led entry."""
    no_warning: Ints
    """[n, NO_WARNING_CRISES] resilience against entry without warning."""
    picks: Ints
    """[n, NO_WARNING_CRISES] uniform, fixed point: which child an entry without warning begins with."""
    offered: Flags
    """[offer, n, OFFERS] whether the offer is made when its moment comes, by occurrence."""
    accepts: Flags
    """[offer, n, OFFERS] whether it is taken up (and the panel agrees, where there is one)."""
    length: Ints
    """[offer, n, OFFERS] length of the work, ticks."""
    first_child: Ints
    """[n + 1] row of each family's first child; its children are consecutive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """One row a child (c children), ordered by family."""

    id: Ints
    born: Ints
    """[c] tick of birth; after tick 0 for a child not yet born at the start."""
    crisis: Ints
    """[c, CRISES] resilience against a crisis of the relationship."""
    edge: Ints
    """[c, CRISES] resilience against entering care while that crisis lasts."""
    heard: Ints
    """[c, CRISES] uniform, fixed point: whether anybody refers that crisis."""
    joins: Ints
    """[c, CRISES] uniform, fixed point: whether the child goes with a sibling who enters."""
    stay: Ints
    """[c, PERIODS] uniform, fixed point: kind of each period of care."""
    stay_end: Ints
    """[c, PERIODS] resilience against the end of each period of care."""
    leaving: Ints
    """[c, PERIODS] uniform, fixed point: how it ends."""
    placement: Ints
    """[c, PERIODS] uniform, fixed point: where the child lives."""
    opening_stay: Ints
    """[c] Stay in progress at tick 0, or -1."""
    opening_elapsed: Ints
    """[c] ticks already in care at tick 0, or since the return home of a child who came back recently."""
    returned: Flags
    """[c] whether the child had returned home from care before tick 0."""
    unaccompanied: Flags
    """[c] whether the child arrives alone to seek asylum; such a child enters care on arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rates, chances and thresholds of the world without services; equal in all scenarios of a draw."""

    status_steps: tuple[tuple[Row, ...], ...]
    """By status: rows (from tick in status, step-up, step-down, court), rates in units a tick."""
    escalation_by_youngest: Row
    """By age band of the youngest child at home: multiplier on step-up and issue of proceedings."""
    years: tuple[Row, ...]
    """Rows (from tick, multiplier): the year's own level of entry flows."""
    rereferral: tuple[Row, ...]
    """Rows (from tick since closing, rate)."""
    breakdown: Row
    """By age band: rate of crises."""
    breakdown_by_status: Row
    court_by_youngest: Row
    no_warning: Row
    """By status: rate, a family."""
    edge_rate: int
    """Rate of entry while a crisis lasts."""
    window: int
    """Ticks that a crisis lasts."""
    after_return: tuple[Row, ...]
    """Rows (from tick since return, rate of crises added to the child's own)."""
    joins: Row
    """By route: chance that a sibling goes too."""
    stay: tuple[Row, ...]
    """By route: cumulative chances of a short and a medium stay."""
    exit_rate: Row
    """Rates at which short and medium stays end."""
    exit_long: Row
    """By age band: rate at which long stays end."""
    exit_long_early: int
    """Multiplier on that in the first half year, while proceedings run."""
    half_year: int
    """Ticks in half a year."""
    leaving_by_stay: tuple[Row, ...]
    """By short and medium stay: cumulative chances of each way of leaving."""
    leaving_by_band: tuple[Row, ...]
    """By age band, for long stays."""
    placement: tuple[Row, ...]
    """By age band: cumulative chances of each placement."""
    band_starts: Row
    """Ages in ticks at which the bands begin; the last is adulthood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a scenario offers: places, opening dates and effects."""

    places: tuple[tuple[Row, ...], ...]
    """By team: rows (from tick, families it can hold at once)."""
    opens: Row
    """By offer: tick from which it is made, or NEVER."""
    lapses: Row
    """By offer: ticks after which an unmet offer ends."""
    during: tuple[tuple[Row, ...], ...]
    """By offer and month: multiplier on each channel while the work lasts."""
    after: tuple[tuple[tuple[Row, ...], ...], ...]
    """By offer, month in which the work ended and months since: multiplier on each channel."""
    heard: Row
    """By status: chance that a crisis is referred to Edge of Care."""
    panel_every: int
    """Ticks between meetings of the resource allocation panel."""
    return_home_lapse: int
    """Ticks after an entry in which Edge of Care may still begin, to help the child home."""
    held_after_return: int
    """Ticks for which a child who returned home keeps a social worker, who can refer."""
    strongest_only: bool
    """Whether simultaneous multipliers combine by the strongest instead of their product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post's history, compiled before the run; it depends on no family."""

    team: int
    role: str
    spells: tuple[tuple[int, int, str], ...]
    """(from, to, state) with state vacant, induction, permanent or agency; ticks may precede 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that an engine needs for one trial."""

    horizon: int
    """Ticks simulated; the last is excluded."""
    months: Row
    """Ticks at which months begin, the horizon included."""
    families: Families
    children: Children
    rules: Rules
    services: Services
    posts: tuple[Post, ...]
    """Staff histories behind ``services.places``; engines do not read them."""
    counted_referrals: Ints
    """Ticks of referrals that lead to no service and are counted, not simulated."""
