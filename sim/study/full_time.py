"""Posts as full-time equivalents: 3.5 is three people full time and one half time.

Hours are counted in whole hundredths of full time, so that parts of posts add up exactly.
"""

from __future__ import annotations

from math import floor

FULL_TIME = 100
"""Hundredths of a post held full time."""
DECIMALS = 2
"""The most decimals that a number of posts may have."""
TOO_FINE = "expected full-time equivalents with at most two decimals, such as 3.5 posts"
"""What is said of a number with more."""
HELD_FROM = 0.5
"""Share of one family from which a part-time post holds one. Assumption: below half a family it is meant for
other work; from half of one, a person who is there is given a family rather than none."""
TOLERANCE = 1e-9
"""What a sum of caseloads may miss a whole family by and still hold it."""


def hundredths(posts: float) -> int:
    """A number of posts in hundredths of full time; what is drawn from a range is rounded to them."""
    return round(posts * FULL_TIME)


def too_fine(posts: float) -> bool:
    """Whether a number of posts has more than two decimals."""
    return round(posts, DECIMALS) != posts


def hours_of(posts: int, number: int) -> int:
    """Hours of post ``number`` of a role with so many ``posts``, both in hundredths: full time for each whole
    post, what is left for the last, 0 where it is not funded."""
    return min(FULL_TIME, max(0, posts - FULL_TIME * number))


def families_of(before: float, full: float, hours: int) -> int:
    """Whole families that a post of so many ``hours`` holds, where a full-time one would hold ``full`` of
    them, not rounded, and the posts of its role before it hold ``before``.

    Fractions run on from post to post. A part-time post that they leave with none holds one all the same, if
    its own share is half a family or more.
    """
    share = full * (hours / FULL_TIME)
    whole = floor(before + share + TOLERANCE) - floor(before + TOLERANCE)
    if not whole and hours < FULL_TIME and share >= HELD_FROM:
        return 1
    return whole


def posts_text(posts: float) -> str:
    """A number of posts as it is read: "3", "3.5"."""
    return f"{posts:.{DECIMALS}f}".rstrip("0").rstrip(".")
