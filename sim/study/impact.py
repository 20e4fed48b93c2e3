"""How much each parameter moves the answer, as `caresim sensitivity` worked it out: never typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.foundations.errors import Problem
from sim.study.catalogue import CATALOGUE
from sim.study.form import Form
from sim.study.yaml_reader import Item

WORDS = ("high", "some", "little")
"""How much a parameter moves the answer."""
NOT_COMPUTED = "not computed"
"""Said of a parameter without an impact."""
ENTRY = "impact"
"""Section of a study that holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What happens to the headline when one parameter goes from the low to the high end of what was tried."""

    word: str
    """One of `WORDS`."""
    tried: str
    """What was tried, in words."""
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


def read_impact(item: Item | None, problems: list[Problem]) -> dict[str, Impact]:
    """The impacts that a study's files hold, by parameter."""
    if item is None:
        return {}
    if item.mapping is None:
        problems.append(item.problem(f"expected what sensitivity writes; found {item.what}"))
        return {}
    found = {}
    for name, entry in item.mapping.items():
        if name not in CATALOGUE:
            problems.append(entry.problem("not a parameter: run `caresim sensitivity` again"))
            continue
        one = _impact(entry, problems)
        if one is not None:
            found[name] = one
    return found


def _impact(item: Item, problems: list[Problem]) -> Impact | None:
    form = Form(
        item,
        problems,
        required=("word", "tried", "children", "children_error", "pounds"),
        optional=("breaks_even", "share", "share_error"),
    )
    children, pounds = _pair(form, "children"), _pair(form, "pounds")
    word, tried = form.choice("word", WORDS, "word for an impact"), form.text("tried")
    error = form.number("children_error", low=0)
    if children is None or pounds is None or word is None or tried is None or error is None:
        return None
    return Impact(
        word=word,
        tried=tried,
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
