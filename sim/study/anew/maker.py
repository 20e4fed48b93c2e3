"""How a parameter of the pattern study becomes one of a new study, and what is written beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sim.study.anew.figures import LOCAL, Figures, Known, Ratio, compared
from sim.study.catalogue import CATALOGUE
from sim.study.kinds import Kind
from sim.study.parameters import Parameter, Value

DIGITS = 4
"""Significant digits that are kept of a number that is computed."""
PLACES = 6
"""Decimals of a share, so that shares of one whole still sum to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """What a new study writes of a parameter, where it does not take the pattern's."""

    value: Value
    """The value here."""
    factor: float
    """What a range is multiplied by."""
    source: str
    """How it was made."""
    local: bool
    """Whether a figure of the authority's own is in it."""
    straight: bool
    """Whether it is such a figure, rather than made of several."""
    years: tuple[int, ...]
    """Calendar years that the figures describe."""


@dataclass(slots=True, kw_only=True)
class Maker:
    """Collects what differs from the pattern study."""

    here: Figures
    """The figures of the authority."""
    there: Figures
    """Those of the pattern study's authority."""
    place: str
    """The name of that authority."""
    parameters: Mapping[str, Parameter]
    """The pattern study's parameters, at the centre of its calibration."""
    changes: dict[str, Local] = field(default_factory=dict)
    """What was found, by name of the parameter."""

    def ratio(self, *up: str, over: tuple[str, ...] = ()) -> Ratio:
        """How much more there is of some figures, over others, here than in the pattern study's authority."""
        return compared(self.here, self.there, self.place, up, over)

    def value(self, name: str) -> Value:
        """The pattern study's value."""
        return self.parameters[name].central

    def table(self, name: str) -> dict[str, float]:
        """The pattern study's table of values."""
        value = self.value(name)
        assert isinstance(value, dict)
        return value

    def number(self, name: str) -> float:
        """The pattern study's number."""
        value = self.value(name)
        assert not isinstance(value, dict)
        return value

    def scale(self, name: str, ratio: Ratio, factor: float | None = None) -> None:
        """The pattern's value times a ratio, or times a factor that was made from it."""
        times = ratio.value if factor is None else factor
        value = self.value(name)
        new = {row: one * times for row, one in value.items()} if isinstance(value, dict) else value * times
        self.write(name, new, times, ratio)

    def rows(self, name: str, factors: Mapping[str, float], ratio: Ratio) -> None:
        """The pattern's table with some rows times a factor each."""
        new = {row: one * factors.get(row, 1.0) for row, one in self.table(name).items()}
        told = ", ".join(f"{row} × {short(factor)}" for row, factor in factors.items())
        self.write(name, new, 1.0, ratio, told)

    def write(self, name: str, value: Value, times: float, ratio: Ratio, told: str = "") -> None:
        """A value that is the pattern's moved by a ratio; ``told`` says how, if not by one factor."""
        how = told or f"× {short(times)}"
        start = "The" if ratio.local else "Assumption: the"
        because = f" {_sentence(ratio.said)}" if ratio.said else ""
        source = f"{start} {self.place} study's value {how}.{because}"
        self._add(name, value, times, source, ratio.local, False, ratio.years)

    def put(self, name: str, value: Value, known: Iterable[Known], how: str) -> None:
        """A value straight from the authority's figures, or from what stands in for them."""
        all_known = tuple(known)
        local = all(one.origin == LOCAL for one in all_known)
        standing = sorted({one.origin for one in all_known} - {LOCAL})
        end = f" Stood in for by {' and '.join(standing)}." if standing else ""
        years = tuple(sorted({year for one in all_known for year in one.years}))
        start = "" if local else "Assumption: "
        self._add(name, value, 1.0, f"{start}{how}{end}", local, local, years)

    def add_row(self, name: str, row: str, value: float, how: str) -> None:
        """One row more in a table, whether it was changed already or not."""
        before = self.changes.get(name)
        if before is None:
            ratio = Ratio(value=1.0, said="", local=False)
            self.write(name, {**self.table(name), row: value}, 1.0, ratio, f"with {how}".rstrip("."))
            return
        assert isinstance(before.value, dict)
        new = tidy({**before.value, row: value}, CATALOGUE[name])
        self.changes[name] = replace(before, value=new, source=f"{before.source} Assumption: {how}")

    def _add(
        self,
        name: str,
        value: Value,
        factor: float,
        source: str,
        local: bool,
        straight: bool,
        years: tuple[int, ...],
    ) -> None:
        old = self.value(name)
        if not isinstance(value, dict) and not isinstance(old, dict) and old > 0:
            factor = value / old
        self.changes[name] = Local(
            value=tidy(value, CATALOGUE[name]),
            factor=factor,
            source=source,
            local=local,
            straight=straight,
            years=years,
        )


def short(value: float) -> str:
    """A factor as people read it."""
    return f"{value:.3g}"


def tidy(value: Value, kind: Kind) -> Value:
    """Rounded, within its bounds; shares of one whole still sum to one."""
    if not isinstance(value, dict):
        return _tidy(value, kind)
    if not kind.sums_to_one:
        return {row: _tidy(one, kind) for row, one in value.items()}
    whole = sum(value.values())
    found = {row: round(one / whole, PLACES) for row, one in value.items()}
    largest = max(found, key=lambda row: found[row])
    found[largest] = round(found[largest] + 1.0 - sum(found.values()), PLACES)
    return found


def _tidy(value: float, kind: Kind) -> float:
    bounded = min(max(value, kind.low), kind.high)
    if kind.whole:
        return float(round(bounded))
    return float(f"{bounded:.{DIGITS}g}")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
