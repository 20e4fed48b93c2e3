"""How much each parameter moves the answer, as `caresim sensitivity` worked it out: never typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.foundations.errors import Problem
from sim.study.catalogue import CATALOGUE
from sim.study.form import Form
from sim.study.yaml_reader import Item

if TYPE_CHECKING:
    from sim.study.config import Study

UNSEEN = "not told apart"
"""Said of a parameter of which luck hides, with the runs there were, whether it moves the answer little."""
WORDS = ("high", "some", UNSEEN, "little")
"""How much a parameter moves the answer, or may move it."""
NOT_COMPUTED = "not computed"
"""Said of a parameter without an impact."""
ENTRY = "impact"
"""Section of a study that holds them."""
STALE = (
    "how far each parameter moves the answer was worked out before the study changed: "
    "run 'caresim sensitivity' again"
)
"""Said of a study that changed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What happens to the headline when one parameter goes from the low to the high end of what was tried."""

    word: str
    """One of `WORDS`."""
    tried: str
    """What was tried, in words."""
    runs: int
    """Runs of luck at each end."""
    children: tuple[float, float]
    """Fewer children looked after on the last day, at the low and at the high end."""
    children_error: float
    """Error of the difference between the two."""
    pounds: tuple[float, float]
    """Pounds saved after costs in the last year, at the low and at the high end."""
    breaks_even: float | None = None
    """The value at which the net saving is nought, if it is within what was tried."""
    share: float | None = None
    """Share of what is not known that comes from it, 0 to 1; None if it is the same in every draw."""
    share_error: float | None = None
    """Error of that share."""


def read_impact(item: Item | None, problems: list[Problem]) -> tuple[dict[str, Impact], tuple[str, str]]:
    """The impacts that a study's files hold, by parameter, and what they were worked out for: a scenario and
    the digest that `made_for` gives of it; both empty for a study without."""
    if item is None:
        return {}, ("", "")
    form = Form(item, problems, required=("of", "scenario", "parameters"))
    listed = form.entries.get("parameters")
    if listed is None or listed.mapping is None:
        if listed is not None:
            form.note(listed, f"expected what sensitivity writes; found {listed.what}")
        return {}, ("", "")
    found = {}
    for name, entry in listed.mapping.items():
        if name not in CATALOGUE:
            problems.append(entry.problem("not a parameter: run `caresim sensitivity` again"))
            continue
        one = _impact(entry, problems)
        if one is not None:
            found[name] = one
    return found, (form.text("scenario") or "", form.text("of") or "")


def made_for(study: Study, scenario: str) -> str:
    """Digest of what an impact on a scenario rests on: the study with that scenario and what it is compared
    with, without claims and counts, which move no answer. "" where there is no such scenario."""
    names = [scenario]
    while names[-1] in study.scenarios and study.scenarios[names[-1]].against not in names:
        names.append(study.scenarios[names[-1]].against)
    if scenario not in study.scenarios:
        return ""
    kept = {name: one for name, one in study.scenarios.items() if name in names}
    return replace(study, scenarios=kept, claims=(), observed={}).digest[:16]


def _impact(item: Item, problems: list[Problem]) -> Impact | None:
    form = Form(
        item,
        problems,
        required=("word", "tried", "runs", "children", "children_error", "pounds"),
        optional=("breaks_even", "share", "share_error"),
    )
    children, pounds = _pair(form, "children"), _pair(form, "pounds")
    word, tried = form.choice("word", WORDS, "word for an impact"), form.text("tried")
    error, runs = form.number("children_error", low=0), form.whole("runs", low=1)
    if runs is None or children is None or pounds is None or word is None or tried is None or error is None:
        return None
    return Impact(
        word=word,
        tried=tried,
        runs=runs,
        children=children,
        children_error=error,
        pounds=pounds,
        breaks_even=form.number("breaks_even"),
        share=form.share("share"),
        share_error=form.number("share_error", low=0),
    )


def _pair(form: Form, name: str) -> tuple[float, float] | None:
    item = form.entries.get(name)
    ends = [one.number for one in (item.entries or ())] if item is not None else []
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
        return ends[0], ends[1]
    if item is not None:
        form.note(item, f"expected two numbers; found {item.what}")
    return None


def word_for(impacts: Mapping[str, Impact], name: str) -> str:
    """The word for a parameter's impact."""
    return impacts[name].word if name in impacts else NOT_COMPUTED
