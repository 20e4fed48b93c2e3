"""What in a new study is not the authority's own: every default, its origin and what would replace it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.study.anew.figures import FIGURES, Known
from sim.study.anew.maker import Maker, short
from sim.study.anew.table import SERIES, Table
from sim.study.anew.teams import load_ratio

if TYPE_CHECKING:
    from sim.foundations.clock import Clock
    from sim.study.config import Study

OF_PLACE = ("local data", "calibrated")
EDITED = (
    "Scenarios are the {place} study's as a sketch: the same services{later}, posts in proportion to "
    "families ({families} times as many referred; {statutory} times as many on plans or before a court, and "
    "a share of those in need) and rounded to half a post. Sums of money that its council agreed are left "
    "out, and so are its papers and claims."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What stands in for what is not known of an authority."""

    authority: str
    """Whose study it is."""
    place: str
    """The authority of the pattern study."""
    start: str
    """The first day simulated."""
    missing: tuple[tuple[str, str, str], ...]
    """(figure, what was taken instead, what it sets), one for each series that is missing or has gaps."""
    taken: tuple[tuple[str, str, str], ...]
    """(parameter, value, what it is): figures of the pattern's authority that nothing here replaces."""
    unused: tuple[tuple[str, str], ...]
    """(series, why), for series that set nothing."""
    sketch: str
    """How the scenarios were made."""

    def page(self) -> str:
        """As a page to read."""
        text = [
            f"# What the study of {self.authority} does not rest on its own figures for",
            "",
            f"Built by `caresim new-study`; it starts on {self.start}. Put a figure that is missing into the "
            "table and build the study again, or edit the setting in the study's files.",
            "",
            f"## Figures that were missing: {len(self.missing)}",
            "",
        ]
        text += _table(("figure that would replace it", "taken instead", "what it sets"), self.missing)
        text += [
            "",
            f"## Taken over from the {self.place} study: {len(self.taken)}",
            "",
            f"Settings that rest on figures of {self.place} alone. What is evidence or assumption there is "
            "the same here and is not listed; `caresim describe` shows all of it. The figure that would "
            "replace each is the authority's own, of the same thing. `caresim calibrate` sets again what can "
            "be fitted to counts, and `caresim solve` the solved tables.",
            "",
        ]
        text += _table(("setting", "value", "what it is"), self.taken)
        text += ["", f"## Series that set nothing: {len(self.unused)}", ""]
        text += _table(("series", "why"), self.unused)
        text += ["", "## Scenarios", "", self.sketch, ""]
        return "\n".join(text)

    def report(self) -> str:
        """As the terminal says it."""
        count = len(self.missing)
        end = ", and were stood in for:" if count else "."
        text = [f"{count} of {len(SERIES)} series were missing, or had gaps{end}"]
        text += [f"  {figure}: {taken}" for figure, taken, _ in self.missing]
        text += [
            f"{len(self.taken)} settings that rest on figures of {self.place} were taken over as assumptions"
            f": {', '.join(name for name, _, _ in self.taken)}.",
            self.sketch,
        ]
        for why in dict.fromkeys(why for _, why in self.unused):
            text.append(
                f"Sets nothing, as {why}: {', '.join(name for name, one in self.unused if one == why)}."
            )
        return "\n".join(text)


def defaults_of(maker: Maker, table: Table, study: Study, years: int, clock: Clock) -> Defaults:
    """Everything that was stood in for or taken over."""
    families = maker.ratio("referrals").value
    return Defaults(
        authority=table.authority,
        place=study.authority,
        start=clock.start.isoformat(),
        missing=_missing(maker),
        taken=tuple(
            (name, one_line(one.value), one.meaning)
            for name, one in study.parameters.items()
            if one.basis in OF_PLACE and name not in maker.changes
        ),
        unused=_unused(maker, table),
        sketch=EDITED.format(
            place=study.authority,
            later=f", {years} years later" if years else "",
            families=short(families),
            statutory=short(load_ratio(maker)),
        ),
    )


def _missing(maker: Maker) -> tuple[tuple[str, str, str], ...]:
    by_series: dict[str, dict[str, Known]] = {}
    for name, known in maker.here.defaults.items():
        figure = FIGURES.get(name)
        series, row = (figure.series, figure.row) if figure is not None else (name, "")
        by_series.setdefault(series, {}).setdefault(row, known)
    rows = []
    for series in SERIES:
        found = by_series.get(series, {})
        if found:
            taken = "; ".join(f"{row} {one.said}" if row else one.said for row, one in found.items())
            rows.append((series, taken, SERIES[series].sets))
    for series in SERIES:
        if series.startswith("weekly") and series not in by_series and series not in maker.here.series:
            rows.append((series, f"as in the {maker.place} study", SERIES[series].sets))
    return tuple(rows)


def _unused(maker: Maker, table: Table) -> tuple[tuple[str, str], ...]:
    late = [
        (name, "it has no figure from before the start")
        for name, one in table.series.items()
        if name in SERIES
        and not name.startswith("weekly")
        and len(one)
        and not any(maker.here.own(key) for key in _figures_of(name))
    ]
    kept = [(name, "it is kept to compare with") for name in table.series if name not in SERIES]
    return tuple(late + kept)


def _figures_of(series: str) -> list[str]:
    found = [name for name, figure in FIGURES.items() if figure.series == series]
    return found or [series]


def one_line(value: float | dict[str, float]) -> str:
    """A number, or a table in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{row} {one:.4g}" for row, one in value.items())
    return f"{value:.4g}"


def _table(heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> list[str]:
    if not rows:
        return ["None."]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return lines + [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
