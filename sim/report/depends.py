"""What the answer depends on, for the page and the terminal: a table with a row a variant of the study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sim.report import words
from sim.study.variants import BEST, OWN

Part = Mapping[str, Any]
"""summary.json, or a branch of it."""


def rows_by_group(summary: Part) -> list[dict[str, Any]]:
    """Rows under what kind of thing is otherwise, each with its key in summary.json; none without any."""
    found = summary.get("depends_on")
    if not found:
        return []
    rows = [
        {
            "key": f"depends_on.rows.{one['id']}",
            "label": one["label"],
            "group": one["group"],
            "own": one["group"] == OWN,
        }
        for one in found["rows"]
    ]
    return [{"title": title, "rows": list(part)} for title, part in groupby(rows, lambda one: one["group"])]


def moves_most(summary: Part, scenario: str | None = None, leaving: tuple[str, ...] = (OWN,)) -> str | None:
    """Key of the row that moves the children fewer most, of the last scenario unless another is named; None
    without any. Rows of the groups ``leaving`` do not count."""
    found = summary.get("depends_on")
    if not found:
        return None
    rivals = [one for one in found["rows"] if one["group"] not in leaving]
    if not rivals:
        return None
    last = scenario or found["scenarios"][-1]
    if last not in found["scenarios"]:
        return None
    most = max(rivals, key=lambda one: abs(float(one["scenarios"][last]["fewer"]["more"]["mean"])))
    return f"depends_on.rows.{most['id']}"


def beyond_the_range(summary: Part, scenario: str | None = None) -> str | None:
    """Key of the row that moves the answer most, where its mean lies outside the range of the futures of the
    study as it is: a headline that leaves it out would mislead. None otherwise."""
    key = moves_most(summary, scenario, (OWN, BEST))  # that all goes well is no rival reading
    if key is None:
        return None
    found = summary["depends_on"]
    last, most = scenario or found["scenarios"][-1], key.rpartition(".")[2]
    mean = next(one for one in found["rows"] if one["id"] == most)["scenarios"][last]["fewer"]["mean"]
    own = summary["difference"][last][found["date"]]
    return None if own["p5"] <= mean <= own["p95"] else key


def in_words(found: Part) -> str:
    """The table for the terminal."""
    names = found["scenarios"]
    width = max(len(one["label"]) for one in found["rows"])
    heads = [*names, "more", "net saving"]
    spaces = [max(len(head), 13) + 2 for head in heads]
    lines = [
        f"Children fewer on {words.date(found['date'])}, on average, and what so few futures leave open (±).",
        f"More: beyond the study as it is, for {names[-1]}.",
        f"Net saving: pounds saved after costs in {words.year(found['year'])}, for {names[-1]}.",
        f"Futures of each row: {how_many(found)}.",
        "",
        " " * width + "".join(f"{head:>{space}}" for head, space in zip(heads, spaces, strict=True)),
    ]
    group = ""
    for one in found["rows"]:
        if one["group"] != group:
            group = one["group"]
            lines += ["", group]
        cells = zip(_cells(one, names), spaces, strict=True)
        lines.append(f"{one['label']:{width}}" + "".join(f"{cell:>{space}}" for cell, space in cells))
    return "\n".join(lines)


def how_many(found: Part) -> str:
    """How many futures rows have, from the fewest to the most: "20 or 60"."""
    counts = sorted({one["draws"] * one["runs"] for one in found["rows"]})
    return " or ".join(words.whole(count) for count in counts)


def _cells(one: Part, names: list[str]) -> Iterator[str]:
    last = one["scenarios"][names[-1]]
    for name in names:
        yield words.one_place(one["scenarios"][name]["fewer"]["mean"]) + _give_or_take(
            one["scenarios"][name]["fewer"]["error"]
        )
    more = last["fewer"]["more"]
    yield words.change(more["mean"]) + _give_or_take(None if one["group"] == OWN else more["error"])
    yield words.pounds(last["net"]["mean"])


def _give_or_take(error: float | None) -> str:
    return "" if error is None else f" ± {error:.1f}"
