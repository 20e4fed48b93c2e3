"""A mapping read as a form: known entries, each of a known kind, every fault noted with its place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from sim.foundations.errors import Problem, did_you_mean
from sim.study.yaml_reader import Item

YEAR = re.compile(r"(\d{4})/(\d{2})")
"""A financial year, as 2023/24."""


YEARS = re.compile(r"(\d{4})(?: to (\d{4}))?")
"""A year, or the first and the last of several: "2023", "2018 to 2023"."""


class Form:
    """Entries of a mapping, asked for one by one; what is wrong is added to `problems`."""

    def __init__(
        self, item: Item, problems: list[Problem], *, required: Iterable[str], optional: Iterable[str] = ()
    ) -> None:
        self.item = item
        self.problems = problems
        self.required = tuple(required)
        self.entries = item.mapping or {}
        known = (*self.required, *optional)
        if item.mapping is None:
            self.note(item, f"should be a mapping of {', '.join(known)}; found {item.what}")
            return
        for name, entry in self.entries.items():
            if name not in known:
                self.note(entry, f"not an entry known here (known: {', '.join(known)}).", name, known)
        for name in self.required:
            if name not in self.entries:
                self.problems.append(
                    Problem(item.where, f"{item.path}.{name}", f"missing: '{name}' is needed here")
                )

    def note(self, item: Item, message: str, name: str = "", names: Iterable[str] = ()) -> None:
        """Notes a problem, with the nearest of `names` to `name`."""
        self.problems.append(item.problem(message + (did_you_mean(name, names) if name else "")))

    def has(self, name: str) -> bool:
        """Whether the entry was written at all."""
        return name in self.entries

    def text(self, name: str) -> str | None:
        """Words; None if missing, empty or not text."""
        item = self.entries.get(name)
        if item is None:
            return None
        if item.content is None or item.text == "":
            self.note(item, f"'{name}' is empty: write it in words")
            return None
        if item.text is None:
            self.note(item, f"expected text; found {item.what}. Put it in quotes if it is meant as text")
            return None
        return item.text

    def choice(self, name: str, names: Iterable[str], what: str) -> str | None:
        """One of `names`."""
        text = self.text(name)
        known = tuple(names)
        if text is None or text in known:
            return text
        self.note(
            self.entries[name], f"'{text}' is not a {what}; expected one of {', '.join(known)}.", text, known
        )
        return None

    def number(self, name: str, *, low: float | None = None) -> float | None:
        """A number, at least `low`."""
        item = self.entries.get(name)
        if item is None:
            return None
        value = item.number
        if value is None:
            self.note(item, f"expected a number; found {item.what}")
        elif low is not None and value < low:
            self.note(item, f"expected a number of at least {low:g}; found {value:g}")
            return None
        return value

    def whole(self, name: str, *, low: int) -> int | None:
        """A whole number, at least `low`."""
        value = self.number(name, low=low)
        if value is not None and value != int(value):
            self.note(self.entries[name], f"expected a whole number; found {value:g}")
            return None
        return None if value is None else int(value)

    def share(self, name: str) -> float | None:
        """A number from 0 to 1."""
        value = self.number(name, low=0)
        if value is not None and value > 1:
            meant = f": did you mean {value / 100:g}?" if value <= 100 else ""
            self.note(self.entries[name], f"Shares are written 0 to 1; found {value:g}{meant}")
            return None
        return value

    def flag(self, name: str) -> bool | None:
        """True or false."""
        item = self.entries.get(name)
        if item is None:
            return None
        if isinstance(item.content, bool):
            return item.content
        self.note(item, f"expected true or false; found {item.what}")
        return None

    def date(self, name: str) -> dt.date | None:
        """A day, as 2023-04-01."""
        item = self.entries.get(name)
        if item is None or item.content is None:
            if item is not None:
                self.note(item, "expected a date such as 2023-04-01; found nothing")
            return None
        if isinstance(item.content, dt.date):
            return item.content
        self.note(item, f"expected a date such as 2023-04-01; found {item.what}")
        return None

    def years(self, name: str) -> str | None:
        """A year, or a first and a last: 2023, 2018 to 2023."""
        item = self.entries.get(name)
        if item is None:
            return None
        text = str(item.content)
        match = YEARS.fullmatch(text)
        if match is None:
            self.note(item, f"expected a year or years, as 2023 or 2018 to 2023; found {item.what}")
            return None
        if match[2] is not None and match[2] <= match[1]:
            self.note(item, f"the years are out of order: {text}")
            return None
        return text

    def year(self, name: str, years: Iterable[str]) -> str | None:
        """A financial year of the study."""
        text = self.text(name)
        known = tuple(years)
        if text is None or text in known:
            return text
        self.note(
            self.entries[name],
            f"'{text}' is not a financial year of this study; expected one of {', '.join(known)}.",
            text,
            known,
        )
        return None


def is_financial_year(text: str) -> bool:
    """Whether it is written as two years that follow each other, as 2023/24."""
    match = YEAR.fullmatch(text)
    return match is not None and (int(match[1]) + 1) % 100 == int(match[2])
