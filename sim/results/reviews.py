"""Reviews that may end posts, as in summary.json: what is asked and found, and how often posts end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.model.terms import TEAM_NAMES
from sim.results.estimates import chance, estimate, tidy
from sim.results.measure_review import FOUND, PASSED, asked, team_of
from sim.study.review import reviews_of, roles_of

if TYPE_CHECKING:
    from sim.results.estimates import Results
    from sim.study.levers import Review

Part = dict[str, Any]
"""A branch of summary.json."""


def reviews(results: Results) -> Part:
    """Of each scenario with a review, by service: what is asked and found, and how often posts end."""
    return {
        name: {TEAM_NAMES[team_of(one)]: _review(results, name, one) for one in found}
        for name in results.rivals
        if (found := reviews_of(results.study.scenario(name)))
    }


def _review(results: Results, name: str, review: Review) -> Part:
    team = TEAM_NAMES[team_of(review)]
    share, error = chance(results.series(name, PASSED, "whole", team) == 0)
    return {
        "on": review.on.isoformat(),
        "ends": review.ends.isoformat(),
        "roles": [role.replace("_", " ") for role in roles_of(review)],
        "kind": "children" if review.saved is None else "pounds",
        "asked": tidy(asked(review)),
        "found": estimate(results.series(name, FOUND, "whole", team)).as_dict(),
        "let_go": tidy(share),
        "error": tidy(error),
    }
