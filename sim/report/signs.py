"""When failure would show, in words: for the page, the terminal and the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report import words

Part = Mapping[str, Any]
"""The branch `early_signs` of summary.json, or a part of it."""

FORMATS = {"number": "whole", "posts": "one place", "per cent": "per cent", "pounds": "pounds"}
"""How a threshold is written, by the unit of its figure."""
PARTS = {1.0: "the whole", 0.75: "three quarters", 0.5: "half", 0.25: "a quarter"}
"""Parts of a claim, in words."""

AS_THEY_ARE, FILLED = "as_they_are", "filled"
WAYS = {AS_THEY_ARE: "With posts as they are", FILLED: "With every post filled, which nobody could do"}
"""The ways in which posts go, by their keys in summary.json."""


def beyond(sign: Part) -> str:
    """Which way a figure warns, as it begins a threshold: "fewer than"."""
    if sign["above"]:
        return "more than"
    return "fewer than" if sign["unit"] in ("number", "posts") else "less than"


def threshold(sign: Part) -> str:
    """A sign in the council's own unit: "fewer than 9 families begun in Edge of Care since the start"."""
    value = words.FORMATS[FORMATS[sign["unit"]]](sign["threshold"])
    return f"{beyond(sign)} {value} {sign['figure']}"


def signs_context(summary: Part, lead: str) -> dict[str, Any]:
    """What the page's section reads; nothing where no claim was watched."""
    found = summary.get("early_signs")
    if not found or not found["claims"]:
        return {"early": None}
    claims = {one["id"]: one for one in summary["claims"]}
    watched = [(claims[one["id"]], one) for one in found["claims"] if one["id"] in claims]
    return {
        "early": found,
        "early_ways": [way for way in (_way(key, watched) for key in WAYS) if way],
        "early_parts": PARTS,
        "early_beyond": beyond,
        "early_formats": FORMATS,
        "early_shown": shown_claim(summary, lead),
        "month_end": month_end,
    }


def _way(posts: str, watched: Sequence[tuple[Part, Part]]) -> dict[str, Any] | None:
    """Claims with one way in which posts go: those with something to wait for, and the others. None where no
    future of that way was run."""
    pairs = [(claim, one[posts]) for claim, one in watched if one[posts]]
    if not pairs:
        return None
    rows = [pair for pair in pairs if pair[1]["share"] is not None]
    return {
        "key": posts,
        "name": WAYS[posts],
        "rows": rows,
        "settled": [pair for pair in pairs if pair[1]["share"] is None],
        "told": [pair for pair in rows if pair[1]["sign"]],
    }


def shown_claim(summary: Part, lead: str) -> Part | None:
    """What was watched, with posts as they are, of the claim that the picture is of, and its id: the leading
    scenario's, of children, if there is one."""
    kinds = {one["id"]: (one["scenario"] == lead, one["kind"] == "children") for one in summary["claims"]}
    watched = (summary.get("early_signs") or {"claims": []})["claims"]
    drawn = [{"id": one["id"], **one[AS_THEY_ARE]} for one in watched if one[AS_THEY_ARE]["picture"]]
    return max(drawn, key=lambda one: kinds.get(one["id"], (False, False)), default=None)


def month_end(iso: str) -> str:
    """A month end: "the end of October 2024"."""
    return f"the end of {words.date(iso).split(' ', 1)[1]}"


def in_words(found: Part | None, claims: Mapping[str, str]) -> str:
    """The signs of every claim for the terminal; ``claims`` says in words what each is."""
    if not found:
        return "Nothing is claimed against no change, so there is nothing to watch for."
    level = words.of_100(found["level"])
    text = [
        f"Signs of failure: {', '.join(found['evidence'])} evidence; {found['draws']} draws × "
        f"{found['runs']} runs of each. Posts as they are and every post filled are judged apart.",
        "A figure is a sign from the first month in which, and until the claim falls due, it comforts "
        f"falsely and alarms falsely in at most {level} of 100.",
        "",
    ]
    for one in found["claims"]:
        text.append(claims.get(one["id"], one["id"]))
        for posts, name in WAYS.items():
            if one[posts]:
                text += [f"  {name}:", *(f"    {line}" for line in lines(one[posts]))]
        text.append("")
    return "\n".join(text).rstrip()


def lines(one: Part) -> list[str]:
    """What is found of one claim with one way in which posts go."""
    met, futures = one["met"], one["futures"]
    if one["share"] is None and met == 0:
        return [f"Met in none of {futures} futures, and a quarter of it in too few: nothing to wait for."]
    if one["share"] is None:
        return [f"Met in {met} of {futures} futures: too few either way to learn what would tell."]
    found = [] if one["share"] == 1 else [f"Met in {met} of {futures} futures."]
    found.append(f"Watched for {PARTS[one['share']]} of it, met in {one['met_share']} of {futures}.")
    first = one["sign"]
    if first:
        found.append(f"First sign: {threshold(first)} by {month_end(first['month'])}; {wrong(first)}.")
    else:
        best = one["best"]
        found.append("No figure tells in time.")
        if best:
            found.append(f"Best pick: {threshold(best)} by {month_end(best['month'])}; {wrong(best)}.")
    obvious = one["obvious"]
    if obvious:
        found.append(f"{threshold(obvious).capitalize()} by {month_end(obvious['month'])}: {wrong(obvious)}.")
    return found


def first_sign(one: Part) -> str:
    """The first sign of a claim, or of a part of it, with one way in which posts go."""
    first = one["sign"]
    part = "" if one["share"] == 1 else f"({PARTS[one['share']]} of it) "
    return f"{part}{threshold(first)} by {month_end(first['month'])}; {wrong(first)}"


def wrong(sign: Part) -> str:
    """How often a sign misleads."""
    comfort, alarm = words.of_100(sign["false_comfort"]), words.of_100(sign["false_alarm"])
    return f"false comfort {comfort}, false alarm {alarm} of 100"
