"""Posts that are part-time: what of full time is worked in each part of a post's history."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from sim.foundations.ledger import NEVER
from sim.study.full_time import FULL_TIME, hours_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.model.plan import Post, Row


def hours_rows(
    baseline: int, changes: Sequence[tuple[int, int]], number: int, start: int, end: int
) -> tuple[Row, ...]:
    """Rows (from tick, hundredths of full time) of one post of a role while it is funded; empty for full time
    throughout. The role has ``baseline`` hundredths in all, and from each change on what that says."""
    whole = [(-NEVER, baseline), *changes]
    rows: list[Row] = []
    for tick in sorted({start, *(tick for tick, _ in changes if start < tick < end)}):
        hours = hours_of(hours_at(whole, tick), number)
        if not rows or rows[-1][1] != hours:
            rows.append((tick, hours))
    return () if rows == [(start, FULL_TIME)] else tuple(rows)


def hours_at(rows: Sequence[Row], tick: int) -> int:
    """Hundredths of full time at a tick; without rows full time, before the first what that says."""
    if not rows:
        return FULL_TIME
    return rows[max(0, bisect_right(rows, tick, key=lambda row: row[0]) - 1)][1]


def cut(rows: Sequence[Row], start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(from, to, hundredths of full time): a span cut where a post's hours change."""
    if not rows:
        yield start, end, FULL_TIME
        return
    edges = (start, *(row[0] for row in rows if start < row[0] < end), end)
    for since, until in pairwise(edges):
        yield since, until, hours_at(rows, since)


def spells_of(post: Post) -> Iterator[tuple[int, int, str, int]]:
    """(from, to, state, hundredths of full time) of a post, cut where its hours change."""
    for start, end, state in post.spells:
        for since, until, hours in cut(post.hours, start, end):
            yield since, until, state, hours
