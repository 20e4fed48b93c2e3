"""The state of a family and its children while an engine runs them."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sim.foundations.ledger import NEVER, ONE, ticks_to_spend
from sim.model.terms import Channel, Status

if TYPE_CHECKING:
    from simpy import Event as Bell

    from sim.engine.caseload import Request

AWAY, HOME, IN_CARE, GONE = range(4)
"""Where a child is: not yet born or arrived, at home, looked after, or out of the model's sight
(adult, adopted, with a special guardian)."""

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
        "id",
        "periods",
        "placement",
        "returned",
        "row",
        "route",
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
        self.clock = Clock()
        """One clock is enough: towards a crisis at home, entry at the edge, or leaving in care."""


class Family:
    """A family's level, children, services and agenda of known times."""

    __slots__ = (
        "after",
        "agenda",
        "before_panel",
        "begun",
        "bell",
        "changes",
        "children",
        "clocks",
        "court",
        "court_crises",
        "ease",
        "factor",
        "granted",
        "had_plan",
        "held",
        "id",
        "last",
        "no_warning",
        "no_warning_crises",
        "offers",
        "plan_children",
        "plan_ends",
        "referral",
        "requests",
        "rereferral",
        "row",
        "since",
        "spell",
        "status",
        "step_down",
        "step_up",
        "until",
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
        )
        """Every clock of the family and of its children."""
        self.court_crises = 0
        self.no_warning_crises = 0
        self.plan_children = 0
        self.had_plan = 0
        self.requests: dict[int, Request[Family]] = {}
        """By offer: waiting for a place."""
        self.held: dict[int, Request[Family]] = {}
        """By offer: work under way."""
        self.begun: dict[int, int] = {}
        """By offer: tick at which the work under way began."""
        self.before_panel = False
        """Referred to Edge of Care, and the panel has not met yet."""
        self.until: dict[int, int] = {}
        """By offer: tick at which the work runs out, or the offer lapses."""
        self.after: dict[int, tuple[int, int]] = {}
        """By offer: tick at which finished work ended, and tick from which its effect decays."""
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
