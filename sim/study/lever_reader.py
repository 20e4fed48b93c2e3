"""Reads levers out of YAML: each field by its name, each fault with its line and what it would lead to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

from sim.foundations.clock import Clock
from sim.foundations.errors import Problem, did_you_mean
from sim.study.catalogue import AGES, ALL_ROLES, CATALOGUE, CHANGEABLE, PRICED, ROLES, SERVICES
from sim.study.form import Form
from sim.study.full_time import TOO_FINE, too_fine
from sim.study.levers import EARLIER_HELP, KINDS, ORDERS, Lever
from sim.study.parameter_reader import out_of_bounds
from sim.study.yaml_reader import Item

Reader = Callable[[Form, str, Clock], object]
"""Reads one field of a form by the name it is written under, and notes what is wrong with it."""
ONE_TEAM = ("mentoring", "protect", "pairs", "extend")
"""Levers that only Edge of Care knows."""
WRITTEN = {"on": "date"}
"""Fields that a study writes under another name."""


def read_levers(form: Form, clock: Clock) -> list[Lever]:
    """The levers of one scenario; those with a fault are left out."""
    item = form.entries.get("levers")
    if item is None:
        return []
    if item.entries is None:
        form.note(item, f"expected a list of levers; found {item.what}")
        return []
    read = [_lever(entry, clock, form.problems) for entry in item.entries]
    return [lever for lever in read if lever is not None]


def _lever(item: Item, clock: Clock, problems: list[Problem]) -> Lever | None:
    """One lever; None when something in it is wrong."""
    before = len(problems)
    kind_item = (item.mapping or {}).get("lever")
    kind = kind_item.text if kind_item else None
    if kind_item is None or kind is None or kind not in KINDS:
        found = "missing" if kind_item is None else f"{kind_item.what} is not a kind of lever"
        place = kind_item or item
        hint = did_you_mean(kind or "", KINDS)
        problems.append(place.problem(f"{found}; expected 'lever' to be one of {', '.join(KINDS)}.{hint}"))
        return None
    made = KINDS[kind]
    said = [one for one in fields(made) if one.name not in ("source", "where")]
    needed = [_written(one.name) for one in said if one.default is MISSING]
    optional = [_written(one.name) for one in said if one.default is not MISSING]
    form = Form(item, problems, required=("lever", *needed, "source"), optional=optional)
    read: dict[str, Any] = {
        one.name: _field(kind, one.name, form, clock) for one in said if form.has(_written(one.name))
    }
    source = form.text("source") or ""
    if len(problems) == before:
        _check(kind, form, read, clock)
    if len(problems) > before:
        return None
    return made(**read, source=source, where=item.where)


def _written(name: str) -> str:
    return WRITTEN.get(name, name)


def _field(kind: str, name: str, form: Form, clock: Clock) -> object:
    return FIELDS.get(f"{kind}.{name}", FIELDS[name])(form, _written(name), clock)


def _service(form: Form, name: str, clock: Clock) -> object:
    return form.choice(name, SERVICES, "service")


def _one_team(form: Form, name: str, clock: Clock) -> object:
    return form.choice(name, ("edge_of_care",), "service that this lever knows")


def _role(form: Form, name: str, clock: Clock) -> object:
    item = form.entries.get("service")
    if item is None:
        return form.choice(name, ALL_ROLES, "role of any service")
    service = item.text or ""
    return form.choice(name, ROLES[service], f"role of {service}") if service in ROLES else None


def _day(form: Form, name: str, clock: Clock) -> object:
    return form.date(name)


def _start(form: Form, name: str, clock: Clock) -> object:
    day = form.date(name)
    if day is not None and day >= clock.end:
        form.note(
            form.entries[name],
            f"the study is over on {clock.end}: from {day} on this lever would change nothing",
        )
    return day


def _within(form: Form, name: str, clock: Clock) -> object:
    day = form.date(name)
    if day is not None and not clock.start <= day < clock.end:
        form.note(
            form.entries[name],
            f"expected a day from the start, {clock.start}, to before the end, {clock.end}; found {day}",
        )
    return day


def _year(form: Form, name: str, clock: Clock) -> object:
    return form.year(name, [year.label for year in clock.years])


def _number(form: Form, name: str, clock: Clock) -> object:
    return form.number(name, low=0)


def _share(form: Form, name: str, clock: Clock) -> object:
    return form.share(name)


def _count(form: Form, name: str, clock: Clock) -> object:
    return form.whole(name, low=0)


def _posts(form: Form, name: str, clock: Clock) -> object:
    posts = form.number(name, low=0)
    if posts is not None and too_fine(posts):
        form.note(form.entries[name], f"{TOO_FINE}; found {posts:g}")
        return None
    return posts


def _from_one(form: Form, name: str, clock: Clock) -> object:
    return form.whole(name, low=1)


def _flag(form: Form, name: str, clock: Clock) -> object:
    return form.flag(name)


def _interval(form: Form, name: str, clock: Clock) -> object:
    """Days between meetings, of which the study must have room for one."""
    days = form.number(name)
    length = (clock.end - clock.start).days
    if days is not None and not 0 < days < length:
        form.note(
            form.entries[name],
            f"a panel with no meetings decides nothing, so no family would reach Edge of Care: "
            f"expected days above 0 and below the study's {length}; found {days:g}",
        )
    return days


def _cases(form: Form, name: str, clock: Clock) -> object:
    cases = form.whole(name, low=0)
    if cases == 0:
        form.note(
            form.entries[name],
            "a panel that hears no cases decides nothing, so no family would reach Edge of Care",
        )
    return cases


def _earlier_help(form: Form, name: str, clock: Clock) -> object:
    return form.choice(name, EARLIER_HELP, "criterion of earlier help")


def _band(form: Form, name: str, clock: Clock) -> object:
    return form.choice(name, AGES, "age band")


def _parameter(form: Form, name: str, clock: Clock) -> object:
    text = form.text(name)
    if text in CATALOGUE and text not in CHANGEABLE:
        form.note(
            form.entries[name],
            f"'{text}' cannot change from a date on: it is not something that practice sets; "
            f"expected one of {', '.join(CHANGEABLE)}",
        )
        return text
    return form.choice(name, CHANGEABLE, "parameter that a lever can change")


def _ordered(form: Form, name: str, clock: Clock) -> object:
    return form.choice(name, ORDERS, "service that may come after another")


def _before(form: Form, name: str, clock: Clock) -> object:
    item = form.entries.get("service")
    service = (item.text if item else None) or ""
    return form.choice(name, ORDERS[service], f"thing before {service}") if service in ORDERS else None


def _roles(form: Form, name: str, clock: Clock) -> object:
    """Roles of the lever's service, in order of name; each once."""
    item, service = form.entries[name], form.entries.get("service")
    known = ROLES.get((service.text or "") if service is not None else "", ())
    if not item.entries:
        form.note(item, f"expected a list of roles; found {item.what}")
        return ()
    for entry in item.entries:
        if known and entry.text not in known:
            fault = f"{entry.what} is not a role of the service; expected one of {', '.join(known)}."
            form.note(entry, fault, entry.text or "", known)
    return tuple(sorted({entry.text for entry in item.entries if entry.text}))


def _item(form: Form, name: str, clock: Clock) -> object:
    return form.choice(name, PRICED, "price")


FIELDS: dict[str, Reader] = {
    "service": _service,
    **{f"{kind}.service": _one_team for kind in ONE_TEAM},
    "role": _role,
    "on": _within,
    "start": _start,
    "end": _day,
    "complete": _day,
    "year": _year,
    "pounds": _number,
    "posts": _posts,
    "teams": _from_one,
    "open.every_days": _count,
    "every_days": _interval,
    "days": _number,
    "never_filled": _share,
    "delay_days": _number,
    "success": _number,
    "at_once": _flag,
    "cases": _cases,
    "earlier_help": _earlier_help,
    "youngest": _band,
    "emergency": _flag,
    "parameter": _parameter,
    "to": _number,
    "times": _number,
    "item": _item,
    "protected": _flag,
    "spare": _count,
    "order.service": _ordered,
    "before": _before,
    "ends": _start,
    "roles": _roles,
    "fewer": _number,
    "saved": _number,
}
"""How each field is read, by its name, or by lever and name where the same name means another thing."""


def _check(kind: str, form: Form, read: dict[str, Any], clock: Clock) -> None:
    """Notes fields that do not go together."""
    start, end = read.get("start"), read.get("end")
    if isinstance(start, dt.date) and isinstance(end, dt.date) and end <= start:
        form.note(form.entries["end"], f"expected a date after the start, {start}; found {end}")
    if kind == "recruitment":
        _check_recruitment(form, read)
    if kind == "panel" and set(read) <= {"start"}:
        form.note(form.item, "sets nothing: expected a calendar or a criterion of the panel")
    if kind == "change":
        _check_change(form, read)
    if kind == "review":
        _check_review(form, read, clock)
    if kind == "open" and read.get("every_days") and read.get("teams", 1) == 1:
        form.note(form.entries["every_days"], "days between teams have no use with one team: give 'teams'")


def _check_recruitment(form: Form, read: dict[str, Any]) -> None:
    filled = read.get("at_once")
    spoilt = [name for name in ("never_filled", "delay_days") if read.get(name)]
    if filled and spoilt:
        form.note(
            form.entries[spoilt[0]],
            "cannot be together with 'at_once: true', which fills every post: leave one of them out",
        )
    elif not filled and not spoilt and read.get("success", 1) == 1:
        form.note(form.item, "sets nothing: expected never_filled, delay_days, success or at_once")


def _check_review(form: Form, read: dict[str, Any], clock: Clock) -> None:
    on, ends = read["on"], read["ends"]
    if ends <= on:
        form.note(form.entries["ends"], f"expected a date after the review, {on}; found {ends}")
    _one_of(form, "fewer", "saved")
    if "saved" in read and not clock.years_over(on):
        form.note(
            form.entries["saved"],
            f"no financial year is over at the end of {on}, so nothing is known to have been saved by then",
        )


def _one_of(form: Form, *names: str) -> str | None:
    """The one of several entries that was written; none, and a note, if it was not exactly one."""
    given = [name for name in names if form.has(name)]
    if len(given) == 1:
        return given[0]
    found = " and ".join(given) or "none"
    form.note(
        form.item, f"expected exactly one of {' and '.join(repr(name) for name in names)}; found {found}"
    )
    return None


def _check_change(form: Form, read: dict[str, Any]) -> None:
    if _one_of(form, "to", "times") is None:
        return
    name, value = read.get("parameter"), read.get("to")
    if isinstance(name, str) and name in CHANGEABLE and isinstance(value, int | float):
        fault = out_of_bounds(float(value), CATALOGUE[name])
        if fault:
            form.note(form.entries["to"], fault)
