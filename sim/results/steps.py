"""What becomes of offers: the steps of one family and kind of work, one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.events import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def one_of(column: Ints, *codes: int) -> NDArray[np.bool_]:
    """Mask of the rows of a column that hold some of a few codes: of events, levels, ways into care."""
    found: NDArray[np.bool_] = column == int(codes[0])
    for code in codes[1:]:
        found |= column == int(code)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What became of every offer: the log's steps of one family and offer, one after another."""

    family: Ints
    what: Ints
    tick: Ints
    event: Ints
    before: Ints
    """The step before it of the same family and offer; -1 for none."""
    offered: Ints
    """Tick at which that offer was last made; -1 where it never was."""
    before_tick: Ints
    """Tick of the step before."""

    def of(self, *events: Event) -> NDArray[np.bool_]:
        """Mask of steps of some events."""
        return one_of(self.event, *events)

    @property
    def gave_up_waiting(self) -> NDArray[np.bool_]:
        """Offers that ended while the family, accepted already, had no place. Before the panel an offer of
        Edge of Care can lapse unaccepted; those families never joined the list."""
        ended = self.of(Event.LAPSED, Event.REFUSED, Event.DIVERTED)
        return np.asarray(ended & (self.before == int(Event.ACCEPTED)))


STEPS = (
    Event.OFFERED,
    Event.ACCEPTED,
    Event.DECLINED,
    Event.REFUSED,
    Event.DIVERTED,
    Event.LAPSED,
    Event.STARTED,
)
