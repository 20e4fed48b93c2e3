"""The state of a family and its children while an engine runs them, as plain numbers.

The rules (``risk``, ``journeys``, ``care``, ``offers``, ``edge``, ``panel``, ``load``) work on these
attributes only. The reference engine gives them these objects; the compiled engine gives them records of
memory with the same names, whose layout it reads off these classes. So an attribute is a whole number, a
truth value, or a list of whole numbers of fixed length, and keeps its kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.foundations.ledger import NEVER, ONE
from sim.model.terms import CONFERENCES, EARLY_HELP, SPECIALISTS, Channel, Offer, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

AWAY, HOME, IN_CARE, GONE, WITH_KIN = range(5)
"""Where a child is: not yet born or arrived, at home, looked after, out of the model's sight (adult, adopted
or otherwise gone), or with a special guardian."""

STEP_UP, STEP_DOWN, PLAN_END, COURT, NO_WARNING, REREFERRAL, OF_CHILDREN = range(7)
"""Positions of a family's clocks; each child has two more, from ``OF_CHILDREN`` on."""

EARLY_HELP_SET = sum(1 << offer for offer in EARLY_HELP)
CONFERENCE_SET = sum(1 << offer for offer in CONFERENCES)
SPECIALIST_SET = sum(1 << offer for offer in SPECIALISTS)
"""Sets of offers, a bit each."""

NO_EASE = (ONE,) * len(Channel)


class Child:
    """A child's place, clocks and how far each of its keyed sequences has been used."""

    __slots__ = (
        "asked",
        "at_edge",
        "band",
        "born",
        "clock",
        "crises",
        "entered",
        "guardian",
        "homeward",
        "id",
        "index",
        "keyed",
        "moved",
        "moves",
        "periods",
        "placed",
        "placement",
        "returned",
        "route",
        "settled",
        "stay",
        "where",
        "window_ends",
    )

    def __init__(self, index: int, identity: int, born: int, keyed: KeyedChild) -> None:
        self.index = index
        """Position in its family, from 0."""
        self.id = identity
        self.born = born
        self.keyed = keyed
        self.where = AWAY
        self.band = 0
        self.asked = 0
        """How often a sibling's entry has asked whether this child goes too."""
        self.at_edge = False
        self.window_ends = NEVER
        self.crises = 0
        self.periods = 0
        self.stay = 0
        self.route = 0
        self.placement = -1
        self.entered = 0
        self.returned = -NEVER
        self.guardian = False
        """Whether the child's home is with a special guardian."""
        self.homeward = False
        """Whether this short or medium stay will end at home or in the family network."""
        self.placed = 0
        """Tick at which the present placement began."""
        self.moved = False
        """Whether a placement has broken down in this period of care."""
        self.moves = 0
        """How many placements have broken down so far, in all periods."""
        self.clock = OF_CHILDREN + 2 * index
        """Which of the family's clocks: towards a crisis at home, entry at the edge, or leaving in care."""
        self.settled = OF_CHILDREN + 2 * index + 1
        """Which of the family's clocks: towards the breakdown of the present placement."""


class Family:
    """A family's level, clocks and services. What is "by offer" is a list as long as there are offers; a
    set of offers is one whole number, a bit each."""

    __slots__ = (
        "after",
        "after_exponent",
        "after_from",
        "asked_at",
        "before_panel",
        "begun",
        "called",
        "changes",
        "children",
        "conference_put_off",
        "court_crises",
        "diverted",
        "due",
        "early_conference_past",
        "ease",
        "eased",
        "factor",
        "gate_at",
        "granted",
        "had_plan",
        "handovers",
        "held",
        "helped_at",
        "id",
        "impaired",
        "in_panel",
        "keyed",
        "last",
        "leaves",
        "left",
        "lengths",
        "listens",
        "met",
        "moving",
        "no_warning_crises",
        "offers",
        "orders",
        "panel_priority",
        "panel_since",
        "paused",
        "paused_left",
        "paused_since",
        "person",
        "plan_children",
        "plan_started",
        "put_off",
        "rate",
        "referral",
        "row",
        "safeguarded_at",
        "since",
        "spell",
        "status",
        "ticket",
        "to_ratify",
        "until",
        "waiting",
        "worker",
        "worry_until",
    )

    def __init__(
        self, row: int, identity: int, factor: int, children: Sequence[Child], keyed: KeyedFamily
    ) -> None:
        offers = len(Offer)
        clocks = OF_CHILDREN + 2 * len(children)
        self.row = row
        self.id = identity
        self.factor = factor
        self.children = children
        self.keyed = keyed
        self.status = int(Status.CLOSED)
        self.since = 0
        self.spell = -1
        self.referral = 0
        self.last = 0
        """Tick up to which every clock has been spent."""
        self.left = [NEVER] * clocks
        """By clock: what is left of the resilience that is being spent."""
        self.rate = [0] * clocks
        """By clock: units a tick at which it is spent; 0 where nothing can happen for now."""
        self.court_crises = 0
        self.no_warning_crises = 0
        self.plan_children = 0
        self.plan_started = 0
        self.had_plan = 0
        self.moving = -1
        """The level that it has been decided to move to; -1 for none."""
        self.gate_at = NEVER
        """Tick at which that move takes place."""
        self.impaired = False
        """Whether, as a child in need, it is held by the safeguarding teams and eligible for Family
        Safeguarding: significant impairment from needs of the parents."""
        self.safeguarded_at = -1
        """Position among the families that the safeguarding teams hold; -1 if they do not."""
        self.worry_until = -NEVER
        """Tick until which a crisis that passed makes an entry without warning more likely."""
        self.orders = 0
        """How often proceedings have ended."""
        self.offers = [0] * offers
        """By offer: how often it has been made."""
        self.early_conference_past = False
        """Whether its early conference, if it had one, lies before the first day."""
        self.waiting = 0
        """Offers waited for: a place, or another worker."""
        self.held = 0
        """Offers under way."""
        self.paused = 0
        """Offers interrupted, for want of a worker."""
        self.granted = 0
        """Offers for which a place has just been granted."""
        self.after = 0
        """Offers whose work has ended and still has an effect."""
        self.asked_at = [0] * offers
        """By offer waited for: tick from which the wait counts."""
        self.ticket = [0] * offers
        """By offer: number of the latest request, so that one that was withdrawn is known."""
        self.worker = [-1] * offers
        """By offer held: position of the worker."""
        self.person = [0] * offers
        """By offer held: number of the person in that post."""
        self.leaves = [NEVER] * offers
        """By offer held: tick at which the worker leaves."""
        self.begun = [0] * offers
        """By offer: tick at which the work under way began."""
        self.lengths = [0] * offers
        """By offer: ticks that the work under way takes in all."""
        self.until = [0] * offers
        """By offer: tick at which the work runs out, or the offer lapses."""
        self.paused_since = [0] * offers
        self.paused_left = [0] * offers
        """By offer interrupted: ticks of the work that are left."""
        self.handovers = [0] * offers
        """By offer: how often the work under way has changed hands."""
        self.after_from = [0] * offers
        """By offer that has ended: tick from which its effect decays."""
        self.after_exponent = [0] * offers
        """By offer that has ended: exponent of its effect then."""
        self.met = 0
        """Which specialists have begun in the present Family Safeguarding work: a bit each."""
        self.before_panel = False
        """Referred to Edge of Care, and not decided yet."""
        self.in_panel = False
        """Whether the case lies before the panel, and where in its order."""
        self.panel_priority = 0
        self.panel_since = 0
        self.called = False
        """The panel has reached this family's case."""
        self.to_ratify = False
        """Decided between meetings, and the panel has not agreed yet."""
        self.diverted = False
        """Sent to a conference before Edge of Care."""
        self.put_off = False
        """Eligible for Family Safeguarding, which waits for a conference to come first."""
        self.conference_put_off = False
        """Due an early conference, which waits for Family Safeguarding to come first."""
        self.helped_at = -NEVER
        """Tick at which early help or a conference was last offered."""
        self.ease = list(NO_EASE)
        """By channel: what services make of every rate now, fixed point."""
        self.eased = False
        """Whether any of that is not one."""
        self.changes = NEVER
        """Tick at which some rate next changes by itself."""
        self.listens = False
        """Whether somebody else may have something for the family before it next wakes."""
        self.due = NEVER
        """First tick on the agenda."""


class KeyedFamily:
    """A family's row of ``sim.model.plan.Families``: what chance has fixed for it, but for its offers."""

    __slots__ = (
        "arrives",
        "assessment",
        "court",
        "earlier_plan",
        "first_referral",
        "impaired",
        "needs",
        "no_warning",
        "opening_elapsed",
        "opening_status",
        "order",
        "outcome",
        "panel",
        "picks",
        "plan_start",
        "priority",
        "relationship",
        "rereferral",
        "step_down",
        "step_up",
        "to_early_help",
    )
    # Filled by name from the columns; the types are those of Families without their first axis.
    arrives: int
    assessment: Sequence[int]
    court: Sequence[int]
    earlier_plan: bool
    first_referral: int
    impaired: bool
    needs: int
    no_warning: Sequence[int]
    opening_elapsed: int
    opening_status: int
    order: Sequence[int]
    outcome: Sequence[int]
    panel: Sequence[int]
    picks: Sequence[int]
    plan_start: Sequence[int]
    priority: int
    relationship: bool
    rereferral: Sequence[int]
    step_down: Sequence[int]
    step_up: Sequence[int]
    to_early_help: Sequence[int]


class KeyedChild:
    """A child's row of ``sim.model.plan.Children``."""

    __slots__ = (
        "crisis",
        "edge",
        "guardian",
        "heard",
        "heard_in_care",
        "joins",
        "kin",
        "leaving",
        "moved_to",
        "opening_elapsed",
        "opening_stay",
        "placement",
        "returned",
        "settled",
        "stay",
        "stay_end",
        "unaccompanied",
    )
    crisis: Sequence[int]
    edge: Sequence[int]
    guardian: bool
    heard: Sequence[int]
    heard_in_care: Sequence[int]
    joins: Sequence[int]
    kin: Sequence[int]
    leaving: Sequence[int]
    moved_to: Sequence[int]
    opening_elapsed: int
    opening_stay: int
    placement: Sequence[int]
    returned: bool
    settled: Sequence[int]
    stay: Sequence[int]
    stay_end: Sequence[int]
    unaccompanied: bool


def wind(family: Family, clock: int, left: int) -> None:
    """Begin the next resilience of a sequence."""
    family.left[clock] = left
    family.rate[clock] = 0


def stop_clock(family: Family, clock: int) -> None:
    """Nothing can happen here for now."""
    family.left[clock] = NEVER
    family.rate[clock] = 0


def spend(family: Family, now: int) -> None:
    """Spend every resilience at its rate up to now."""
    lapse = now - family.last
    if lapse:
        family.last = now
        for clock, rate in enumerate(family.rate):
            if rate:
                family.left[clock] -= rate * lapse


def anything_spent(family: Family) -> bool:
    """Whether some resilience has just run out."""
    for left in family.left:  # noqa: SIM110 - the compiled engine has no generator expressions
        if left <= 0:
            return True
    return False


def first_spent(family: Family, before: int) -> int:
    """The first tick after ``family.last`` at which a resilience is spent, or ``before`` if sooner."""
    soonest = before - family.last
    for clock, rate in enumerate(family.rate):
        if rate and family.left[clock] <= rate * (soonest - 1):
            soonest = max(1, -(-family.left[clock] // rate))
    return family.last + soonest


def on_its_way(family: Family, offer: int) -> bool:
    """Whether an offer is waited for, under way or interrupted."""
    return bool((family.waiting | family.held | family.paused) >> offer & 1)


def anybody_at(family: Family, first: int, second: int) -> bool:
    """Whether any child is in one of two places."""
    for child in family.children:  # noqa: SIM110 - the compiled engine has no generator expressions
        if child.where in (first, second):
            return True
    return False
