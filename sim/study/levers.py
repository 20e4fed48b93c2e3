"""The levers: each a dated change that a council controls, written as data and printed as a clause.

The kinds are in the three modules beside this one; here is what is said of all of them together.
"""

from __future__ import annotations

from typing import get_args

from sim.study.lever import Content
from sim.study.outside_levers import Demand, Funding, InBudget, Nerve, Price, SetUp
from sim.study.service_levers import EARLIER_HELP, ORDERS, Change, Close, Delay, Extend, Open, Order, Panel
from sim.study.staff_levers import Mentoring, Pairs, Posts, Protect, Recruitment, Review, Training

__all__ = [
    "EARLIER_HELP",
    "KINDS",
    "ORDERS",
    "Change",
    "Close",
    "Content",
    "Delay",
    "Demand",
    "Extend",
    "Funding",
    "InBudget",
    "Lasting",
    "Lever",
    "Mentoring",
    "Nerve",
    "Open",
    "Order",
    "Pairs",
    "Panel",
    "Posts",
    "Price",
    "Protect",
    "Recruitment",
    "Review",
    "SetUp",
    "Training",
    "clash",
    "service_of",
]

Lever = (
    Open
    | Close
    | Delay
    | Posts
    | Recruitment
    | Review
    | Training
    | Mentoring
    | Panel
    | Change
    | Demand
    | Price
    | Nerve
    | Protect
    | Pairs
    | Extend
    | Order
    | SetUp
    | Funding
    | InBudget
)
"""One change that a council controls."""

Lasting = Posts | Recruitment | Change | Demand | Nerve | Protect | Pairs | Extend | Order
"""Levers that may end, so that another on the same target may follow."""

KINDS: dict[str, type[Lever]] = {kind.KIND: kind for kind in get_args(Lever)}
"""Levers by the name that a study calls them."""


def clash(a: Lever, b: Lever) -> bool:
    """Whether two levers set the same thing, differently, at the same time."""
    return (a != b and _same_target(a, b) and _overlap(a, b)) or _criterion(a, b) or _criterion(b, a)


def service_of(lever: Lever) -> str:
    """The service that a lever is about; "" for none or all. An order of a conference and Family Safeguarding
    is about the one that may not be open."""
    if isinstance(lever, Order):
        return lever.target[1]
    return "edge_of_care" if isinstance(lever, Panel) else str(getattr(lever, "service", ""))


def _same_target(a: Lever, b: Lever) -> bool:
    if isinstance(a, Recruitment) and isinstance(b, Recruitment):
        # "" stands for all, so levers on one team and on every team meet there.
        pairs = ((a.service, b.service), (a.role, b.role))
        return all(one == other or not one or not other for one, other in pairs)
    return a.target == b.target


def _criterion(a: Lever, b: Lever) -> bool:
    """Whether a panel's criterion of earlier help would change while a lever of order sets it."""
    if not isinstance(a, Panel) or not isinstance(b, Order):
        return False
    begins_within = b.start <= a.start and (b.end is None or a.start < b.end)
    return b.service == "edge_of_care" and a.earlier_help is not None and begins_within


def _overlap(a: Lever, b: Lever) -> bool:
    if not isinstance(a, Lasting) or not isinstance(b, Lasting):
        return True
    return (b.end is None or a.start < b.end) and (a.end is None or b.start < a.end)
