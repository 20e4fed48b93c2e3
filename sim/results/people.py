"""What measuring needs of the people of one (draw, run), worked out once and shared by their scenarios."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sim.model.plan import Plan, Post

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

KEPT = 4
"""How many groups of people are kept at once: one would do for a process, threads may each have one."""


class People:
    """The families and children of a Plan, in order of identity; no scenario changes them."""

    def __init__(self, plan: Plan) -> None:
        families, children = plan.families, plan.children
        self.known_by = marks_of(plan)
        self._of_posts: dict[tuple[int, Any], tuple[Post, Any]] = {}
        self.order = np.argsort(children.id)
        self.child_ids, self.child_born = children.id[self.order], children.born[self.order]
        self.family_order = by_family = np.argsort(families.id)
        self.family_ids = families.id[by_family]
        row = families.first_child.searchsorted(self.order, side="right") - 1
        self.child_family: Ints = self.family_ids.searchsorted(families.id[row])
        """[children] position of each child's family."""
        self.needs: Flags = (families.needs[by_family] > 0)[self.child_family]
        """[children] whether the family's needs call for one of Family Safeguarding's specialists."""
        self.again: Flags = families.again[by_family]
        """[families] whether the first referral to be followed came within a year of another."""
        self.ethnicity: Ints = families.ethnicity[by_family][self.child_family]
        self.sex: Ints = children.sex[self.order]
        self.disabled: Ints = children.disabled[self.order].astype(np.int64)
        self.unaccompanied: Flags = children.unaccompanied[self.order]
        self.returned: Flags = children.returned[self.order]
        there = children.born <= 0
        self.in_care: Ints = children.id[(children.opening_stay >= 0) & there]
        """Identities of the children in care on the first day."""
        self.with_guardian: Ints = children.id[children.guardian & there]
        """Identities of the children who live with a special guardian on the first day."""
        self.band_starts = np.array(plan.rules.band_starts)
        """Ages in ticks at which the bands begin; the last is adulthood."""

    def child_row(self, child: Ints) -> Ints:
        """Position of each child among all."""
        return self.child_ids.searchsorted(child)

    def know(self, child: Ints) -> Flags:
        """Which of some children are among them."""
        row = np.minimum(self.child_row(child), len(self.child_ids) - 1)
        return np.asarray(self.child_ids[row] == child)

    def family_row(self, family: Ints) -> Ints:
        """Position of each family among all."""
        return self.family_ids.searchsorted(family)

    @cached_property
    def were_in_care(self) -> Flags:
        """[children] whether each was in care on the first day."""
        found = np.zeros(len(self.child_ids), dtype=bool)
        found[self.child_row(self.in_care)] = True
        return found

    def of_post(self, post: Post, what: Callable[[Post], Any]) -> Any:
        """What follows from a post alone, worked out once for all scenarios that have it."""
        key = id(post), what
        if key not in self._of_posts:
            self._of_posts[key] = post, what(post)
        return self._of_posts[key][1]

    @cached_property
    def band_ticks(self) -> Ints:
        """[bands, children] tick at which each child comes to each age band."""
        return self.band_starts[:, None] + self.child_born


def marks_of(plan: Plan) -> tuple[Any, ...]:
    """The very objects that people are known by: plans of one (draw, run) share them."""
    families = plan.families
    return (
        plan.children,
        families.id,
        families.first_child,
        families.needs,
        families.ethnicity,
        families.again,
        plan.rules.band_starts,
    )


_kept: tuple[People, ...] = ()


def people_of(plan: Plan) -> People:
    """The people of a Plan; the same object for every plan that shares them."""
    global _kept
    marks = marks_of(plan)
    for people in _kept:
        if all(a is b for a, b in zip(people.known_by, marks, strict=True)):
            return people
    people = People(plan)
    _kept = (people, *_kept[: KEPT - 1])
    return people
