"""The Plan: one trial with all chance and evidence already turned into whole numbers.

It is the last place where either is seen. An engine takes a Plan and nothing else; times are ticks,
resiliences and rates are ledger units, multipliers and chances are fixed point (``ONE`` = 1). Of the
numbers for what comes round again and again hardly any is read, so the Plan may hold their addresses, each of
which has one number for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.model.terms import (
    COURT_CRISES,
    CRISES,
    MOVES,
    NO_WARNING_CRISES,
    OFFERS,
    ORDERS,
    PERIODS,
    REFERRALS,
    SPELLS,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.foundations.addressed import Addressed

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[Any] | Addressed
    """Whole numbers by occurrence, in a table or by address."""

Row = tuple[int, ...]

POWERS = 256
"""Steps in which the exponent of an effect is rounded."""


OCCURRENCES = {
    **dict.fromkeys(("outcome", "assessment", "rereferral"), REFERRALS),
    **dict.fromkeys(("step_up", "step_down", "to_early_help", "plan_start"), SPELLS),
    "court": COURT_CRISES,
    **dict.fromkeys(("no_warning", "picks"), NO_WARNING_CRISES),
    "order": ORDERS,
    **dict.fromkeys(("crisis", "edge", "heard", "joins"), CRISES),
    **dict.fromkeys(("heard_in_care", "stay", "stay_end", "leaving", "placement", "kin"), PERIODS),
    **dict.fromkeys(("settled", "moved_to"), MOVES),
    **dict.fromkeys(("panel", "offered", "accepts", "length"), OFFERS),
}
"""Numbers of each row, by column of ``Families`` or ``Children``."""


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
    outcome: Numbers
    """[n, REFERRALS] Status that each assessment leads to (CLOSED: no further action)."""
    assessment: Numbers
    """[n, REFERRALS] length of each assessment, ticks."""
    rereferral: Numbers
    """[n, REFERRALS] resilience against being referred again after each closure."""
    factor: Ints
    """[n] multiplier of the family's risk (heterogeneity), fixed point."""
    relationship: Flags
    """[n] whether the difficulty is a relationship of parent and child breaking down."""
    needs: Ints
    """[n] which of Family Safeguarding's specialists the parents' needs call for: bit k for the k-th."""
    impaired: Flags
    """[n] whether, as a child in need, the impairment is significant enough for Family Safeguarding."""
    priority: Ints
    """[n] assessed risk, 0 first; an imperfect reading of the true factor."""
    step_up: Numbers
    """[n, SPELLS] resilience against escalation, a spell of status each."""
    step_down: Numbers
    """[n, SPELLS] resilience against closure or step-down."""
    to_early_help: Numbers
    """[n, SPELLS] whether a closure from child in need steps down to early help, 1 or 0."""
    earlier_plan: Flags
    """[n] whether it has been on a child protection plan before the model first sees it."""
    plan_start: Numbers
    """[n, SPELLS] uniform, fixed point: a conference makes a plan while this is below the multiplier."""
    court: Numbers
    """[n, COURT_CRISES] resilience against court-led entry."""
    no_warning: Numbers
    """[n, NO_WARNING_CRISES] resilience against entry without warning."""
    picks: Numbers
    """[n, NO_WARNING_CRISES] uniform, fixed point: which child an entry without warning begins with."""
    offered: tuple[Numbers, ...]
    """By offer: [n, OFFERS] uniform, fixed point: the offer is made when its moment comes while this is below
    the chance in force, by occurrence."""
    accepts: tuple[Numbers, ...]
    """By offer: [n, OFFERS] uniform, fixed point: it is taken up while this is below the chance in force."""
    panel: Numbers
    """[n, OFFERS] uniform, fixed point: the panel refuses a referral while this is below its chance."""
    order: Numbers
    """[n, ORDERS] uniform, fixed point: whether proceedings end with the children living with kin."""
    ethnicity: Ints
    """[n] position in ETHNICITY_NAMES; no rule reads it."""
    again: Flags
    """[n] whether its first referral to be followed came within a year of another; no rule reads it."""
    length: tuple[Numbers, ...]
    """By offer: [n, OFFERS] length of the work, ticks."""
    first_child: Ints
    """[n + 1] row of each family's first child; its children are consecutive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """One row a child (c children), ordered by family."""

    id: Ints
    born: Ints
    """[c] tick of birth; after tick 0 for a child not yet born at the start."""
    crisis: Numbers
    """[c, CRISES] resilience against a crisis of the relationship."""
    edge: Numbers
    """[c, CRISES] resilience against entering care while that crisis lasts."""
    heard: Numbers
    """[c, CRISES] uniform, fixed point: whether anybody refers that crisis."""
    heard_in_care: Numbers
    """[c, PERIODS] uniform, fixed point: whether an unplanned entry with a plan to return is referred."""
    joins: Numbers
    """[c, CRISES] uniform, fixed point: whether the child goes with a sibling who enters."""
    stay: Numbers
    """[c, PERIODS] uniform, fixed point: kind of each period of care."""
    stay_end: Numbers
    """[c, PERIODS] resilience against the end of each period of care."""
    leaving: Numbers
    """[c, PERIODS] uniform, fixed point: how it ends."""
    placement: Numbers
    """[c, PERIODS] uniform, fixed point: where the child lives, if not with kin."""
    kin: Numbers
    """[c, PERIODS] uniform, fixed point: whether the child lives with kin, and leaves to a guardian."""
    settled: Numbers
    """[c, MOVES] resilience against the breakdown of each placement."""
    moved_to: Numbers
    """[c, MOVES] uniform, fixed point: where the child lives after it."""
    opening_stay: Ints
    """[c] Stay in progress at tick 0, or -1."""
    opening_elapsed: Ints
    """[c] ticks already in care at tick 0, or since the return home of a child who came back recently."""
    returned: Flags
    """[c] whether the child had returned home from care before tick 0."""
    unaccompanied: Flags
    """[c] whether the child arrives alone to seek asylum; such a child enters care on arrival."""
    guardian: Flags
    """[c] whether the child lives with a special guardian on the first day."""
    sex: Ints
    """[c] position in SEX_NAMES; no rule reads it."""
    disabled: Flags
    """[c] whether the child is disabled; no rule reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rates, chances and thresholds of the world without services; equal in all scenarios of a draw."""

    status_steps: tuple[tuple[Row, ...], ...]
    """By status: rows (from tick in status, step-up, step-down, court), rates in units a tick."""
    escalation_by_youngest: Row
    """By age band of the youngest child at home: multiplier on step-up and issue of proceedings."""
    years: tuple[Row, ...]
    """Rows (from tick, multiplier): the year's own level of entry flows."""
    exit_years: tuple[Row, ...]
    """Rows (from tick, multiplier): the year's own level of endings of stays."""
    rereferral: tuple[Row, ...]
    """Rows (from tick since closing, rate)."""
    breakdown: Row
    """By age band: rate of crises."""
    breakdown_by_status: Row
    court_by_youngest: Row
    court_at_birth: Row
    """By status: cumulative hazard of court-led entry that a birth brings at once, fixed point."""
    no_warning: Row
    """By status: rate, a family."""
    edge_rate: int
    """Rate of entry while a crisis lasts."""
    window: int
    """Ticks that a crisis lasts."""
    after_return: tuple[Row, ...]
    """Rows (from tick since return, rate of crises added to the child's own)."""
    after_crisis: tuple[int, int]
    """Ticks after a crisis that passed, and the multiplier then on entry without warning."""
    guardianship: int
    """Rate of crises of a child who lives with a special guardian."""
    gates: Row
    """By status: ticks between the decision that a case moves up there and its being held there (an enquiry
    before a conference, a legal gateway meeting before the letter, the transfer between teams)."""
    transfer: int
    """The same for a case that moves down to another team."""
    reviews: tuple[int, int]
    """Ticks from the start of a plan to its first review, and between reviews; a plan ends at one."""
    order_with_kin: int
    """Chance that proceedings end with the children who are at home going to live with kin."""
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
    """By short and medium stay: cumulative chances of each way of leaving but special guardianship, in the
    order home, home unplanned, adopted, other."""
    leaving_by_band: tuple[Row, ...]
    """By age band, for long stays."""
    placement: tuple[Row, ...]
    """By age band: cumulative chances of each placement but kinship, in the order of ``Placement``."""
    kinship: Row
    """By age band: chance that the first placement is with kin."""
    moves: tuple[tuple[Row, ...], ...]
    """By placement: rows (from tick in the placement, rate at which it breaks down)."""
    moved_to: tuple[Row, ...]
    """By age band: cumulative chances of each placement but kinship after a breakdown."""
    guardians_by_stay: Row
    """By short and medium stay: chance that a stay which ends does so with a special guardian."""
    guardians_by_band: Row
    """By group of age bands: the same for long stays."""
    band_starts: Row
    """Ages in ticks at which the bands begin; the last is adulthood."""


Worker = tuple[Row, ...]
"""Rows (from tick, families that the worker's post can hold, person): a new number is a new person, and the
families of the one who left must be handed over; number 0 is nobody."""
Table = tuple[Row, ...]
"""Multipliers by exponent, in POWERS steps from none of an effect (every one ``ONE``) to all of it, and by
channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What the panel and the team do from a tick on; a lever may change any of it."""

    since: int
    earlier_help: int
    """A ``Gate``: what must have been tried first."""
    youngest: int
    """Age band from which a child at the edge of care is within the criteria."""
    emergency: bool
    """Whether a manager may decide between meetings, to be ratified at the next."""
    cases: int
    """Referrals that a meeting can decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a scenario offers: people, opening dates, rules of access and effects.

    Everything that a lever can date is rows that begin at a tick; the first begins at tick 0.
    """

    workers: tuple[tuple[Worker, ...], ...]
    """By line: its posts that hold families."""
    places: tuple[tuple[Row, ...], ...]
    """By line: rows (from tick, families that all its workers can hold); the sum of ``workers``."""
    opens: Row
    """By offer: tick from which it is made, or NEVER."""
    closes: Row
    """By offer: tick from which it is no longer made, or NEVER. Work under way goes on."""
    offered: tuple[tuple[Row, ...], ...]
    """By offer: rows (from tick, chance that it is made when its moment comes)."""
    take_up: tuple[tuple[Row, ...], ...]
    """By offer: rows (from tick, chance that a family takes it up)."""
    lapses: Row
    """By offer: ticks after which an unmet offer ends."""
    powers: tuple[tuple[tuple[int, Table], ...], ...]
    """By offer: (from tick, table); empty for an offer without an effect of its own."""
    strength: tuple[Row, ...]
    """By offer and month: exponent of work done then (fidelity, supervision, caseload), fixed point."""
    decay: Row
    """By months since work ended: exponent left, fixed point."""
    continuity: Row
    """By changes of worker so far (the last for more): exponent left, fixed point."""
    direct_work: int
    """Exponent of Family Safeguarding where none of the specialists needed has come, fixed point."""
    lengths: tuple[tuple[Row, ...], ...]
    """By offer: rows (from tick, multiplier on the length of work that begins from then on, fixed point)."""
    heard: tuple[tuple[Row, ...], ...]
    """By holder (``HELD_NAMES``): rows (from tick, chance that a crisis is referred to Edge of Care)."""
    heard_in_care: tuple[Row, ...]
    """Rows (from tick, chance that an unplanned entry with a plan to return is referred to it, where the
    crisis was not)."""
    meetings: Row
    """Ticks at which the resource allocation panel meets."""
    practice: tuple[Practice, ...]
    """By the tick from which each holds; the first begins at tick 0."""
    panel_refuses: tuple[Row, ...]
    """Rows (from tick, chance that the panel refuses a referral that meets its criteria)."""
    urgent: int
    """Ticks from a referral to a decision between meetings."""
    recent: tuple[Row, ...]
    """Rows (from tick, ticks for which an offer of earlier help counts as tried)."""
    turns: tuple[Row, ...]
    """Rows (from tick, ``Turn``): whether Family Safeguarding or the early conference comes first."""
    step_down_ages: Row
    """By kind of step-down: age in ticks of the oldest child at home from which it is the one; the last that
    fits."""
    return_home_lapse: int
    """Ticks after an entry in which Edge of Care may still begin, to help the child home."""
    held_after_return: int
    """Ticks for which a child who returned home keeps a social worker, who can refer."""
    handover: int
    """Ticks from a worker's leaving until a colleague can take a family over."""
    patience: int
    """Ticks for which interrupted work waits for another worker before it ends."""
    nerve: tuple[Row, ...]
    """Rows (from tick, multiplier): how readily a crisis ends in care, whatever the service."""
    stability: tuple[Row, ...]
    """Rows (from tick, places that Edge of Care keeps free for families in crisis while it also works with
    long placements; NEVER where it starts no such work)."""
    stability_after: int
    """Ticks in a placement before it counts as long."""
    stability_youngest: int
    """Age band from which such work is offered."""
    load_capacity: tuple[Row, ...]
    """Rows (from tick, families that the safeguarding social workers in post can carry at the caseload of
    the years before, fixed point)."""
    load_in_service: int
    """What a family in Family Safeguarding weighs of that, fixed point (a smaller caseload weighs more)."""
    overload: Row
    """By sixteenths of the caseload of the years before (from none): multiplier on escalation and court-led
    entry of statutory families outside Family Safeguarding; the last holds above."""
    compounding: bool
    """Whether Family Safeguarding's effect on plans also changes who comes to court."""
    strongest_only: bool
    """Whether simultaneous multipliers combine by the strongest instead of their product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post's history, compiled before the run; it depends on no family."""

    team: int
    role: str
    number: int
    """Which post of that role, from 0."""
    spells: tuple[tuple[int, int, str], ...]
    """(from, to, state) with state vacant, induction, permanent or agency; ticks may precede 0."""
    hours: tuple[Row, ...] = ()
    """Rows (from tick, hundredths of full time) while it is funded; empty for full time throughout. Who is in
    it stays when they change."""
    absences: tuple[tuple[int, int], ...] = ()
    """(from, to) in which the person is away for long: colleagues cover the families held, and the post
    takes nobody new."""


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
    counted_again: Flags
    """Which of them came within a year of another of the same family."""
