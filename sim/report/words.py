"""Numbers, dates and names as a councillor reads them: whole children, £1.2 million, 29 of 100."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

NOT_KNOWN = "not known"
"""What is printed where there is no number."""
MINUS = "\N{MINUS SIGN}"


def whole(value: float | None) -> str:
    """A count: "1,240"."""
    return NOT_KNOWN if value is None else _signed(f"{abs(value):,.0f}", value)


def fewer(value: float | None) -> str:
    """A difference in children: "17 fewer", "3 more", "no difference"."""
    if value is None:
        return NOT_KNOWN
    count = f"{abs(value):,.0f}"
    if count == "0":
        return "no difference"
    return f"{count} {'fewer' if value > 0 else 'more'}"


def few(value: float | None) -> str:
    """A count that may be small on average: "none", "fewer than 1", "4"."""
    if value is None:
        return NOT_KNOWN
    if value == 0:
        return "none"
    count = whole(value)
    return "fewer than 1" if count == "0" else count


def more(value: float | None) -> str:
    """A difference above a baseline: "3 more", "17 fewer", "no difference"."""
    return NOT_KNOWN if value is None else fewer(-value)


def pounds(value: float | None) -> str:
    """Money to the nearest thousand, or ten thousand from a million: "£587,000", "£1.23 million"."""
    return NOT_KNOWN if value is None else _pounds(value, 2)


def pounds_exactly(value: float | None) -> str:
    """Money as a claim states it: "£1.175 million"."""
    return NOT_KNOWN if value is None else _pounds(value, 3)


def pounds_to_one(value: float | None) -> str:
    """Money to the pound, for a price: "£45,192"."""
    return NOT_KNOWN if value is None else _signed(f"£{abs(value):,.0f}", value)


def pence(value: float | None) -> str:
    """What a pound is worth: "93p", "100p"."""
    return NOT_KNOWN if value is None else f"{100 * value:.0f}p"


def times(value: float | None) -> str:
    """A factor, to three places: "1.04", "0.966"."""
    return NOT_KNOWN if value is None else f"{value:.3f}"


def of_100(value: float | None) -> str:
    """A chance from 0 to 1 as a number of 100: "29", "fewer than 1", "none"."""
    if value is None:
        return NOT_KNOWN
    if value <= 0:
        return "none"
    if value < 0.005:
        return "fewer than 1"
    if 0.995 <= value < 1:
        return "more than 99"
    return f"{100 * value:.0f}"


def points(value: float | None) -> str:
    """An error of a chance, as a number of 100: "3"; at least 1."""
    return NOT_KNOWN if value is None else f"{max(1.0, 100 * value):.0f}"


def families(value: float | None) -> str:
    """A number of families: "no family", "1 family", "6 families"."""
    if value is None:
        return NOT_KNOWN
    count = whole(value)
    return {"0": "no family", "1": "1 family"}.get(count, f"{count} families")


def one_place(value: float | None) -> str:
    """A small quantity: "6.5"."""
    return NOT_KNOWN if value is None else _signed(f"{abs(value):,.1f}", value)


def change(value: float | None) -> str:
    """A small difference with its sign: "+1.5", "−0.8", "0.0"."""
    if value is None:
        return NOT_KNOWN
    text = one_place(value)
    return f"+{text}" if value > 0 and text != "0.0" else text


def per_cent(value: float | None) -> str:
    """A figure that is already in per cent, as published: "4.35%", "8.2%"."""
    return NOT_KNOWN if value is None else _signed(f"{abs(value):.2f}".rstrip("0").rstrip(".") + "%", value)


def number(value: float | None) -> str:
    """A number as published, without a unit: "4.35", "4.4"."""
    return NOT_KNOWN if value is None else per_cent(value).removesuffix("%")


def days(value: float | None) -> str:
    """A length of time: "23 days", "1 day"."""
    if value is None:
        return "none started"
    count = f"{value:,.0f}"
    return f"{count} day{'' if count == '1' else 's'}"


def year(label: str) -> str:
    """A financial year: "2025/26" -> "2025 to 2026"."""
    return f"{label[:4]} to {int(label[:4]) + 1}"


def date(iso: str) -> str:
    """A day: "2026-03-31" -> "31 March 2026"."""
    day = dt.date.fromisoformat(iso)
    return f"{day.day} {day:%B} {day.year}"


def when(by: str) -> str:
    """A day or a financial year, with its preposition."""
    return f"in {year(by)}" if "/" in by else f"on {date(by)}"


def title(name: str) -> str:
    """A scenario or service at the start of a line."""
    return "Both services" if name == "both" else name[:1].upper() + name[1:]


def likelihood(value: float, at_most: float | None = None) -> str:
    """A chance in words; `at_most` is what it may yet be when it was never seen."""
    value = max(value, at_most or 0.0)
    steps = (
        (0.05, "very unlikely"),
        (0.2, "unlikely"),
        (0.45, "less likely than not"),
        (0.55, "about as likely as not"),
        (0.8, "more likely than not"),
        (0.95, "likely"),
    )
    return next((words for bound, words in steps if value < bound), "very likely")


FORMATS: dict[str, Callable[[float | None], str]] = {
    "whole": whole,
    "fewer": fewer,
    "few": few,
    "more": more,
    "pounds": pounds,
    "pounds exactly": pounds_exactly,
    "pounds to one": pounds_to_one,
    "pence": pence,
    "times": times,
    "of 100": of_100,
    "points": points,
    "one place": one_place,
    "change": change,
    "per cent": per_cent,
    "number": number,
    "days": days,
    "families": families,
}
"""Formatters by the name that a report's numbers carry in `data-format`."""


def _pounds(value: float, places: int) -> str:
    size = abs(value)
    if round(size / 1000) >= 1000:
        text = f"{size / 1e6:,.{places}f}".rstrip("0").rstrip(".")
        return _signed(f"£{text} million", value)
    return _signed(f"£{round(size / 1000) * 1000:,}", value)


def _signed(text: str, value: float) -> str:
    nothing = not any(figure in text for figure in "123456789")
    return f"{MINUS}{text}" if value < 0 and not nothing else text
