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
    RUNS_OUT = 4
    """A service's work has run its length (offer)."""
    LAPSES = 5
    """An unmet offer ends (offer)."""
    PANEL = 6
    """The resource allocation panel meets."""
    OPENS = 7
    """Family Safeguarding goes live."""
