"""What a family's agenda can hold: known times, in the order in which one instant keeps them."""

from enum import IntEnum


class Due(IntEnum):
    """A known time. What follows it on the agenda is in brackets."""

    BIRTH = 0
    """A child is born (which)."""
    BIRTHDAY = 1
    """A child enters the next age band (which)."""
    WINDOW = 2
    """A crisis ends of itself (which child)."""
    ASSESSED = 3
    """An assessment is complete (occurrence of the referral)."""
    GATE = 4
    """A move to another level, decided before, takes place (Status)."""
    REVIEW = 5
    """A review conference can step the case down (spell of status)."""
    PLAN_REVIEW = 6
    """A review conference can end the plan (tick at which the plan started)."""
    RUNS_OUT = 7
    """A service's work has run its length (offer)."""
    WORKER_LEAVES = 8
    """Whoever works with the family leaves (offer)."""
    HANDOVER = 9
    """Interrupted work can be taken over by a colleague (offer)."""
    PATIENCE = 10
    """Interrupted work that nobody has taken over ends (offer)."""
    LAPSES = 11
    """An unmet offer ends (offer)."""
    URGENT = 12
    """A manager decides on Edge of Care between meetings of the panel (number of the referral)."""
    LONG_PLACEMENT = 13
    """A placement counts as long (which child)."""
    OPENS = 14
    """Family Safeguarding goes live."""
    EXPECTED = 15
    """A birth is half a year away: work on the case begins to go at the pace of infants (which child)."""
