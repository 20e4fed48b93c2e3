"""What a review of a service decides: whose posts, whether it can be held, and the plan if it falls short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from sim.study.catalogue import PARTNER_ROLES, ROLES
from sim.study.levers import Lever, Posts, Review
from sim.study.scenario import Scenario


def reviews_of(scenario: Scenario) -> list[Review]:
    """The reviews that a scenario holds, the earliest first."""
    found = [lever for lever in scenario.levers if isinstance(lever, Review)]
    return sorted(found, key=lambda lever: (lever.on, lever.service))


def roles_of(review: Review) -> tuple[str, ...]:
    """Roles whose posts a review decides on: those named, or else the service's partner specialists."""
    if review.roles:
        return review.roles
    return tuple(role for role in ROLES[review.service] if role in PARTNER_ROLES)


def let_go(scenario: Scenario, review: Review) -> Scenario:
    """The scenario once a review fell short: from the day named, its roles have the posts of no change again.

    Nothing before that day differs: a post's people are the same until its funding ends.
    """
    levers: set[Lever] = set()
    for lever in scenario.levers - {review}:
        if isinstance(lever, Posts) and decides(review, lever):
            if lever.start >= review.ends:
                continue
            if lever.end is None or lever.end > review.ends:
                lever = replace(lever, end=review.ends)
        levers.add(lever)
    return replace(scenario, levers=frozenset(levers))


def decides(review: Review, lever: Posts) -> bool:
    """Whether a review decides on the posts of a lever."""
    return lever.service == review.service and lever.role in roles_of(review)


def idle(review: Review, levers: Iterable[Lever]) -> str:
    """Why a review would end no post; "" when it would."""
    roles = roles_of(review)
    if not roles:
        return (
            f"'{review}' decides on nobody: {review.service} has no specialists whom partners employ; "
            f"name 'roles', of {', '.join(ROLES[review.service])}"
        )
    posts = [lever for lever in levers if isinstance(lever, Posts) and lever.service == review.service]
    for role in roles:
        theirs = [lever for lever in posts if lever.role == role]
        if not any(lever.start <= review.on and _lasts(lever.end, review.ends) for lever in theirs):
            return (
                f"'{review}' has nothing to end for the {role.replace('_', ' ')}: this scenario has no "
                f"'posts' lever of that role from {review.on} or before to beyond {review.ends}"
            )
    return ""


def _lasts(end: dt.date | None, day: dt.date) -> bool:
    return end is None or end > day
