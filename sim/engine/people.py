"""The state of a family and its children while an engine runs them."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sim.foundations.ledger import NEVER, ONE, ticks_to_spend
from sim.model.terms import Channel, Status

if TYPE_CHECKING:
    from simpy import Event as Bell

    from sim.engine.caseload import Request

AWAY, HOME, IN_CARE, GONE, WITH_KIN = range(5)
"""Where a child is: not yet born or arrived, at home, looked after, out of the model's sight (adult, adopted
or otherwise gone), or with a special guardian."""

NO_EASE = (ONE,) * len(Channel)


class Clock:
    """One resilience being spent: what is left of it and how fast it goes."""

    __slots__ = ("left", "rate")

    def __init__(self) -> None:
        self.left = NEVER
        self.rate = 0

    def wind(self, left: int) -> None:
        """Begin the next resilience of a sequence."""
        self.left = left
        self.rate = 0

    def stop(self) -> None:
        """Nothing can happen here for now."""
        self.left = NEVER
        self.rate = 0


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
        "moved",
        "moves",
        "periods",
        "placed",
        "placement",
        "returned",
        "route",
        "row",
        "settled",
        "stay",
        "where",
        "window_ends",
    )

    def __init__(self, row: int, identity: int, born: int) -> None:
        self.row = row
        self.id = identity
        self.born = born
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
        self.clock = Clock()
        """One clock is enough: towards a crisis at home, entry at the edge, or leaving in care."""
        self.settled = Clock()
        """Towards the breakdown of the present placement."""


class Family:
    """A family's level, children, services and agenda of known times."""

    __slots__ = (
        "after",
        "agenda",
        "before_panel",
        "begun",
        "bell",
        "called",
        "changes",
        "children",
        "clocks",
        "court",
        "court_crises",
        "diverted",
        "ease",
        "factor",
        "gate_at",
        "granted",
        "had_plan",
        "handovers",
        "held",
        "helped_at",
        "id",
        "impaired",
        "last",
        "leaves",
        "lengths",
        "met",
        "moving",
        "no_warning",
        "no_warning_crises",
        "offers",
        "orders",
        "paused",
        "plan_children",
        "plan_ends",
        "plan_started",
        "put_off",
        "referral",
        "requests",
        "rereferral",
        "row",
        "since",
        "spell",
        "status",
        "step_down",
        "step_up",
        "to_ratify",
        "until",
        "worry_until",
    )

    def __init__(self, row: int, identity: int, factor: int, children: list[Child]) -> None:
        self.row = row
        self.id = identity
        self.factor = factor
        self.children = children
        self.status = Status.CLOSED
        self.since = 0
        self.spell = -1
        self.referral = 0
        self.last = 0
        """Tick up to which every clock has been spent."""
        self.step_up, self.step_down, self.plan_ends = Clock(), Clock(), Clock()
        self.court, self.no_warning, self.rereferral = Clock(), Clock(), Clock()
        self.clocks = (
            self.step_up,
            self.step_down,
            self.plan_ends,
            self.court,
            self.no_warning,
            self.rereferral,
            *(child.clock for child in children),
            *(child.settled for child in children),
        )
        """Every clock of the family and of its children."""
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
        self.worry_until = -NEVER
        """Tick until which a crisis that passed makes an entry without warning more likely."""
        self.orders = 0
        """How often proceedings have ended."""
        self.requests: dict[int, Request[Family]] = {}
        """By offer: waiting for a place."""
        self.held: dict[int, Request[Family]] = {}
        """By offer: work under way."""
        self.begun: dict[int, int] = {}
        """By offer: tick at which the work under way began."""
        self.lengths: dict[int, int] = {}
        """By offer: ticks that the work under way takes in all."""
        self.paused: dict[int, tuple[int, int]] = {}
        """By offer: work interrupted since a tick, and the ticks of it that are left."""
        self.handovers: dict[int, int] = {}
        """By offer: how often the work under way has changed hands."""
        self.leaves: dict[int, int] = {}
        """By offer: tick at which the worker leaves."""
        self.met = 0
        """Which specialists have begun in the present Family Safeguarding work: a bit each."""
        self.before_panel = False
        """Referred to Edge of Care, and not decided yet."""
        self.called = False
        """The panel has reached this family's case."""
        self.to_ratify = False
        """Decided between meetings, and the panel has not agreed yet."""
        self.diverted = False
        """Sent to a conference before Edge of Care."""
        self.put_off = False
        """Eligible for Family Safeguarding, which waits for a conference to come first."""
        self.helped_at = -NEVER
        """Tick at which early help or a conference was last offered."""
        self.until: dict[int, int] = {}
        """By offer: tick at which the work runs out, or the offer lapses."""
        self.after: dict[int, tuple[int, int, int]] = {}
        """By offer: tick at which work ended, tick from which its effect decays, and its exponent."""
        self.offers: dict[int, int] = {}
        """By offer: how often it has been made."""
        self.granted: list[int] = []
        self.ease = NO_EASE
        self.agenda: list[tuple[int, int, int]] = []
        self.changes = NEVER
        """Tick at which some rate next changes by itself."""
        self.bell: Bell | None = None

    def note(self, tick: int, what: int, argument: int = 0) -> None:
        """Put a known time on the agenda."""
        heappush(self.agenda, (tick, what, argument))

    def due(self, now: int) -> list[tuple[int, int]]:
        """Take what has come due off the agenda, in order."""
        ready = []
        while self.agenda and self.agenda[0][0] <= now:
            _, what, argument = heappop(self.agenda)
            ready.append((what, argument))
        return ready

    def spend(self, now: int) -> None:
        """Spend every resilience at its rate up to now."""
        lapse = now - self.last
        if lapse:
            self.last = now
            for clock in self.clocks:
                if clock.rate:
                    clock.left -= clock.rate * lapse

    def on_its_way(self, offer: int) -> bool:
        """Whether an offer is waited for, under way or interrupted."""
        return offer in self.requests or offer in self.held or offer in self.paused

    def anything_spent(self) -> bool:
        """Whether some resilience has just run out."""
        for clock in self.clocks:  # noqa: SIM110 - a generator costs three times as much here
            if clock.left <= 0:
                return True
        return False

    def next_wake(self) -> int:
        """The first tick at which something known or spent comes due."""
        wake = NEVER
        for clock in self.clocks:
            if clock.rate:
                ticks = ticks_to_spend(clock.left, clock.rate)
                if ticks < wake:
                    wake = ticks
        wake = min(wake + self.last, self.changes)
        if self.agenda and self.agenda[0][0] < wake:
            wake = self.agenda[0][0]
        return wake
