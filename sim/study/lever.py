"""What every lever has.

Each says what it is called in a study (``KIND``), which of its fields name what it sets (``TARGET``) and how
it reads (``SAYS``); all else is the same for each, and is written here once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import ClassVar

Content = tuple[str, ...]
"""What a lever does, as text that sorts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What every lever has."""

    KIND: ClassVar[str] = ""
    TARGET: ClassVar[tuple[str, ...]] = ()
    SAYS: ClassVar[str] = ""

    source: str = field(default="", compare=False)
    """Where the date or number comes from."""
    where: str = field(default="", compare=False)
    """Where it was read, "file:line"."""

    @property
    def target(self) -> Content:
        """What it sets."""
        return (self.KIND, *(plain(getattr(self, name)) for name in self.TARGET))

    @property
    def content(self) -> Content:
        """What it sets, to what and for how long."""
        rest = (one.name for one in fields(self) if one.compare and one.name not in self.TARGET)
        return (*self.target, *(plain(getattr(self, name)) for name in rest))

    def __str__(self) -> str:
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        end = values.get("end")
        return self.SAYS.format(**values) + self.more() + (f" until {end}" if end else "")

    def more(self) -> str:
        """What is said only when it is not as usual."""
        return ""


def plain(value: object) -> str:
    """A field as text: the same for 1 and 1.0, which are equal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(float(value)) if isinstance(value, int | float) else str(value)
