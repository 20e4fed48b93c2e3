"""What an engine reports: the event log, its versioned schema and its validator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.errors import QualityError
from sim.model.terms import LEAVING_NAMES, OFFER_NAMES, PLACEMENT_NAMES, ROUTE_NAMES, STATUS_NAMES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

SCHEMA = 2
"""Version of the log; a change of meaning or order of columns raises it."""


class Event(IntEnum):
    """What happened. ``what`` and ``amount`` mean what the second line of each entry says."""

    REFERRED = 0
    """A family is referred. amount: occurrence."""
    STATUS = 1
    """The family's case is held at another level. what: Status. amount: spell."""
    BORN = 2
    CRISIS = 3
    """A child's relationship at home breaks down. amount: occurrence."""
    NOT_HEARD = 4
    """Nobody refers that crisis to Edge of Care, which is open."""
    WEATHERED = 5
    """The crisis ends and the child is still at home. amount: 1 if Edge of Care was at work."""
    ENTERED = 6
    """A child becomes looked after. what: Route. amount: occurrence of the period of care."""
    PLACED = 7
    """what: Placement."""
    LEFT = 8
    """A period of care ends. what: Leaving."""
    PLAN_STARTED = 9
    """what: 1 if the family had a plan before. amount: children on it."""
    PLAN_AVERTED = 10
    PLAN_ENDED = 11
    """amount: children on it."""
    OFFERED = 12
    """what: Offer. amount: occurrence."""
    DECLINED = 13
    ACCEPTED = 14
    """The family waits for a place from now."""
    STARTED = 15
    """amount: ticks waited."""
    FINISHED = 16
    """The work ran its length. amount: ticks it lasted."""
    STOPPED = 17
    """The work ended early. amount: ticks it lasted."""
    LAPSED = 18
    """The offer ended before a place was free."""
    EXHAUSTED = 19
    """A keyed sequence ran out: a quality fault. what: which."""
    INTERRUPTED = 20
    """The worker has left; the work waits for another. amount: person who left."""
    RESUMED = 21
    """Another worker takes the work over. amount: ticks it was interrupted."""
    REFUSED = 22
    """The panel refuses a referral. amount: 1 outside the criteria, 2 by its judgement."""
    DIVERTED = 23
    """The panel asks for a conference first."""
    RATIFIED = 24
    """The panel agrees to what was decided between meetings."""
    BROKE_DOWN = 25
    """A placement ends early. what: Placement. amount: ticks it lasted."""
    GATE = 26
    """It is decided that the case moves to another level. what: Status. amount: ticks until it does."""
    ORDER = 27
    """Proceedings end. what: 0 with the children at home, 1 with kin. amount: children at home."""
    LOAD = 28
    """Of no family (-1): load of the safeguarding social workers. amount: against the years before, fixed
    point."""
    GIVEN_UP = 29
    """Interrupted work ends, because nobody took it over or the family's circumstances changed. amount:
    ticks since it began."""


@dataclass(frozen=True, slots=True)
class EventLog:
    """Columns of equal length in canonical order: tick, family, child, then as it happened.

    ``family`` and ``child`` are identities from the Plan (child is -1 for events of a whole family).
    """

    tick: NDArray[np.int64]
    family: NDArray[np.int64]
    child: NDArray[np.int64]
    event: NDArray[np.int64]
    what: NDArray[np.int64]
    amount: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.tick)

    @classmethod
    def from_records(cls, records: list[tuple[int, int, int, int, int, int]]) -> EventLog:
        """Build the canonical log; a family's own events at one tick keep the order it lived them in."""
        table = np.array(records, dtype=np.int64).reshape(-1, 6)
        table = table[canonical_order(table[:, 0], table[:, 1])]
        return cls(*(np.ascontiguousarray(column) for column in table.T))

    def rows(self, event: Event) -> NDArray[np.bool_]:
        """Mask of the records of one event."""
        return np.asarray(self.event == int(event))

    def of_family(self, family: int) -> EventLog:
        """The records of one family."""
        mask = self.family == family
        return EventLog(*(getattr(self, name)[mask] for name in COLUMNS))

    def part(self, first: int, last: int) -> EventLog:
        """The records from one row up to another."""
        return EventLog(*(getattr(self, name)[first:last] for name in COLUMNS))

    def tobytes(self) -> bytes:
        """All columns as bytes: equal logs, equal bytes."""
        return b"".join(getattr(self, name).tobytes() for name in COLUMNS)

    def to_frame(self) -> pd.DataFrame:
        """The log as a table with words instead of codes; time in days from the start."""
        import pandas as pd

        from sim.foundations.clock import TICKS_PER_DAY

        return pd.DataFrame(
            {
                "day": self.tick / TICKS_PER_DAY,
                "family": self.family,
                "child": self.child,
                "event": [Event(code).name.lower().replace("_", " ") for code in self.event],
                "what": [word(event, what) for event, what in zip(self.event, self.what, strict=True)],
                "amount": self.amount,
            }
        )


COLUMNS = ("tick", "family", "child", "event", "what", "amount")

_WORDS = {
    Event.STATUS: STATUS_NAMES,
    Event.ENTERED: ROUTE_NAMES,
    Event.PLACED: PLACEMENT_NAMES,
    Event.BROKE_DOWN: PLACEMENT_NAMES,
    Event.GATE: STATUS_NAMES,
    Event.ORDER: ("at home", "with kin"),
    Event.LEFT: LEAVING_NAMES,
    **dict.fromkeys(
        (
            Event.INTERRUPTED,
            Event.RESUMED,
            Event.GIVEN_UP,
            Event.REFUSED,
            Event.DIVERTED,
            Event.RATIFIED,
            Event.OFFERED,
            Event.DECLINED,
            Event.ACCEPTED,
            Event.STARTED,
            Event.FINISHED,
            Event.STOPPED,
            Event.LAPSED,
        ),
        OFFER_NAMES,
    ),
}


def canonical_order(tick: NDArray[np.int64], family: NDArray[np.int64]) -> NDArray[np.intp]:
    """Rows in order of tick, then of family, equals as they were. Engines write in order of tick already, and
    one sort of numbers that nearly are in order takes little time."""
    families = int(family.max(initial=0)) + 2
    if len(tick) and int(tick.max()) >= (1 << 62) // families:
        return np.lexsort((family, tick))
    return np.argsort(tick * families + family, kind="stable")


def word(event: int, what: int) -> str:
    """The name behind ``what`` for an event, or an empty text where it carries none."""
    names = _WORDS.get(Event(event))
    return names[what] if names else ""


def validate(log: EventLog, horizon: int) -> None:
    """Raise ``QualityError`` unless the log keeps the schema: order, range and care in alternation."""
    problems = []
    if len(log) and (log.tick.min() < 0 or log.tick.max() >= horizon):
        problems.append("an event lies outside the simulated time")
    if np.any(log.tick[1:] < log.tick[:-1]):
        problems.append("events are not in order of time")
    if len(log) and (log.event.min() < 0 or log.event.max() > max(Event)):
        problems.append("an event code is unknown")
        kind = np.zeros(len(log), dtype=np.int8)
    else:
        kind = _KINDS[log.event]
    moves = np.flatnonzero(kind == _MOVE)
    at = moves[_by_key(log.child[moves])]
    child, event = log.child[at], log.event[at]
    if np.any((child[1:] == child[:-1]) & (event[1:] == event[:-1])):
        problems.append("a child enters care twice without leaving it, or leaves twice")
    places = np.flatnonzero(np.abs(kind) == _PLACE)
    key = log.family[places] * 16 + log.what[places]
    order = _by_key(key)
    key, change = key[order], kind[places[order]].astype(np.int64)
    held = np.cumsum(change)
    first = np.append(True, key[1:] != key[:-1])[: len(key)]
    # What the families and kinds of work before it still hold is nothing to the next.
    before = (held - change)[np.maximum.accumulate(np.where(first, np.arange(len(key)), 0))]
    if np.any(held < before):
        problems.append("work ends that never began")
    if problems:
        raise QualityError("The event log breaks its schema: " + "; ".join(problems) + ".")


_MOVE, _PLACE = 2, 1
_KINDS = np.zeros(len(Event), dtype=np.int8)
"""By event, what the validator follows: a move of a child, a place taken (1) or given back (-1)."""
_KINDS[[Event.ENTERED, Event.LEFT]] = _MOVE
_KINDS[Event.STARTED], _KINDS[[Event.FINISHED, Event.STOPPED]] = _PLACE, -_PLACE


def _by_key(key: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions in order of a key, equals as they were."""
    shift = len(key).bit_length()
    if len(key) and (key.min() < 0 or int(key.max()) >= 1 << (62 - shift)):
        return np.argsort(key, kind="stable")
    # With its own position in it every key is another, and the quickest sort does.
    return np.sort((key << shift) | np.arange(len(key))) & ((1 << shift) - 1)
