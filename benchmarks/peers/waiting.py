"""Waiting lists by class for compiled code: chains, first come first served within each.

``queues`` has a record (``first``, ``last``) for every class of every team; ``members`` are records with
``since``, and ``ahead`` and ``behind`` in the queue, by row. Whoever comes goes to the end and past those who
have waited less long, or as long with a later row: a step or none, as people come in order of time. Whoever
gives up leaves from where they are.

caresim's own engine keeps its lists as heaps, because the work that was interrupted comes back into them with
the time since when it has waited; its lists are short.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import register_jitable

LINK = np.dtype(np.int32)
FIELDS = [("since", np.dtype(np.int64)), ("ahead", LINK), ("behind", LINK)]
"""What a record must have to be a member."""
QUEUE = np.dtype([("first", LINK), ("last", LINK)])


def empty_queues(count: int) -> np.ndarray:
    """So many queues, with nobody in them."""
    return np.full(2 * count, -1, LINK).view(QUEUE)


@register_jitable(forceinline=True)
def join(queue: Any, members: Any, row: int, since: int) -> None:
    """Take a row in that has waited since that tick."""
    ahead, behind = queue.last, -1
    while ahead >= 0 and (members[ahead].since > since or (members[ahead].since == since and ahead > row)):
        ahead, behind = members[ahead].ahead, ahead
    member = members[row]
    member.since, member.ahead, member.behind = since, ahead, behind
    if ahead >= 0:
        members[ahead].behind = row
    else:
        queue.first = row
    if behind >= 0:
        members[behind].ahead = row
    else:
        queue.last = row


@register_jitable(forceinline=True)
def leave(queue: Any, members: Any, row: int) -> None:
    """Let a row go: the first, because its turn has come, or any other."""
    member = members[row]
    if member.ahead >= 0:
        members[member.ahead].behind = member.behind
    else:
        queue.first = member.behind
    if member.behind >= 0:
        members[member.behind].ahead = member.ahead
    else:
        queue.last = member.ahead
