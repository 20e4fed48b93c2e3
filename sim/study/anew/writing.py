"""Settings written as YAML that people can read and that caresim reads back as they were."""

from __future__ import annotations

import datetime as dt
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from sim.study.yaml_reader import ANSWERS, DATE, NUMBER, Item

WIDTH = 106
"""Longest line that is written."""
PLAIN = re.compile(r"[A-Za-z0-9][\w \-.,()/£%'’+–]*")
"""Text that needs no quotes, if it is nothing that YAML could take for something else."""
WORDS = {"null", "true", "false", *ANSWERS}


def plain(item: Item) -> Any:
    """A piece of a study as mappings, lists and single values."""
    if item.mapping is not None:
        return {name: plain(one) for name, one in item.mapping.items()}
    if item.entries is not None:
        return [plain(one) for one in item.entries]
    return item.content


def written(content: Mapping[str, Any]) -> str:
    """A mapping as YAML, with an empty line between the entries of the first two levels."""
    return "\n".join(_mapping(content, 0)) + "\n"


def _mapping(content: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for place, (name, value) in enumerate(content.items()):
        if place and isinstance(value, dict) and depth < 3 and _apart(value):
            yield ""
        yield from _entry(f"{indent}{_name(name)}:", value, depth)


def _apart(value: Mapping[str, Any]) -> bool:
    return any(
        isinstance(one, dict | list) or (isinstance(one, str) and len(one) > 60) for one in value.values()
    )


def _entry(start: str, value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield start
        yield from _mapping(value, depth + 1)
    elif isinstance(value, list) and value and all(_single(one) for one in value):
        inline = f"{start} [{', '.join(_scalar(one, listed=True) for one in value)}]"
        if len(inline) <= WIDTH:
            yield inline
            return
        yield start
        yield from (f"{'  ' * (depth + 1)}- {_scalar(one)}" for one in value)
    elif isinstance(value, list) and value:
        yield start
        for one in value:
            yield from _listed(one, depth + 1)
    elif isinstance(value, Mapping):
        yield f"{start} {{}}"
    elif isinstance(value, list):
        yield f"{start} []"
    elif isinstance(value, str) and len(start) + len(value) + 1 > WIDTH:
        yield f"{start} >-"
        indent = "  " * (depth + 1)
        yield from textwrap.wrap(
            " ".join(value.split()),
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    else:
        yield f"{start} {_scalar(value)}"


def _listed(value: Any, depth: int) -> Iterator[str]:
    """A mapping as one of a list: a dash before its first line."""
    lines = list(_mapping(value, depth + 1))
    indent = "  " * depth
    yield f"{indent}- {lines[0].lstrip()}"
    yield from lines[1:]


def _single(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _scalar(value: Any, listed: bool = False) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value)
    text = str(value)
    # A name or a text that looks like a number or a date keeps its quotes, so that it stays a text.
    safe = PLAIN.fullmatch(text) and text.lower() not in WORDS and not (listed and "," in text)
    if not safe or text != text.strip() or NUMBER.fullmatch(text) or _odd(text):
        return json.dumps(text, ensure_ascii=False)
    return text


def _name(text: str) -> str:
    """A name, which is always text; only what YAML might take for an answer, or cannot read, is quoted."""
    return (
        text if PLAIN.fullmatch(text) and text.lower() not in WORDS else json.dumps(text, ensure_ascii=False)
    )


def _odd(text: str) -> bool:
    return bool(DATE.fullmatch(text) or re.fullmatch(r"[\d_.:+\-]+", text))


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
