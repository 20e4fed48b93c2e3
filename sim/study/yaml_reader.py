"""YAML as people mean it: every value with the line it stands on, and no value that YAML might misread.

YAML 1.1 reads a bare `no` as false, `1:30` as ninety and `0123` as eighty-three; two equal keys silently keep
the last. Each of these is refused here, with its place, so that nothing later has to wonder.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import yaml

from sim.foundations.errors import Problem

NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The fast reader where PyYAML was built with one; both give every value as text."""
TEXT_TAG = "tag:yaml.org,2002:str"
ANSWERS = {"yes", "no", "on", "off", "y", "n"}
ANSWER_ADVICE = "is true or false to some YAML programs: write true or false, or put it in quotes"
TRAPS = (
    (re.compile(r"[-+]?\d+(:[0-5]?\d)+(\.\d*)?"), "some YAML programs read it in base 60: put it in quotes"),
    (
        re.compile(r"[-+]?0[0-9_]+"),
        "some YAML programs read it in base 8: drop the leading 0, or quote it",
    ),
    (re.compile(r"[-+]?\d[\d_]*_[\d_]*(\.\d*)?"), "write numbers without underscores"),
    (re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE), "a finite number is needed"),
)

Scalar = str | int | float | bool | dt.date | None
"""What a single YAML value can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A piece of a YAML file: a single value, a list or a mapping."""

    content: Scalar | tuple[Item, ...] | dict[str, Item]
    """What it holds."""
    where: str
    """The line that it (or its key) stands on, "file:line"."""
    path: str
    """Its dotted name."""

    @property
    def mapping(self) -> dict[str, Item] | None:
        """The entries, when it is a mapping."""
        return self.content if isinstance(self.content, dict) else None

    @property
    def entries(self) -> tuple[Item, ...] | None:
        """The items, when it is a list."""
        return self.content if isinstance(self.content, tuple) else None

    @property
    def number(self) -> float | None:
        """The number, when it is one (true and false are not)."""
        if isinstance(self.content, bool) or not isinstance(self.content, int | float):
            return None
        return float(self.content)

    @property
    def text(self) -> str | None:
        """The text without spaces at its ends, when it is text."""
        return self.content.strip() if isinstance(self.content, str) else None

    @property
    def what(self) -> str:
        """What it is, in words for a message."""
        if self.content is None:
            return "nothing"
        if isinstance(self.content, dict):
            return "a mapping"
        if isinstance(self.content, tuple):
            return "a list"
        if isinstance(self.content, bool):
            return f"'{str(self.content).lower()}'"
        if isinstance(self.content, str):
            return f"the text '{self.content}'"
        if isinstance(self.content, dt.date):
            return f"the date {self.content}"
        return f"the number {self.content:g}"

    def problem(self, message: str) -> Problem:
        """A problem here."""
        return Problem(self.where, self.path, message)


def read_yaml(file: Path, problems: list[Problem]) -> Item | None:
    """The file as items; adds what is wrong to `problems`. None if there is nothing to go on with."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        problems.append(Problem(str(file), "", f"cannot be read: {error.strerror}"))
        return None
    except UnicodeDecodeError:
        problems.append(Problem(str(file), "", "is not UTF-8 text"))
        return None
    try:
        node = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.append(Problem(f"{file}:{line}", "", f"is not YAML: {error.problem}"))
        return None
    except yaml.YAMLError as error:
        problems.append(Problem(f"{file}:1", "", f"is not YAML: {error}"))
        return None
    if not isinstance(node, yaml.MappingNode):
        problems.append(Problem(f"{file}:1", "", "should hold settings as 'name: value'"))
        return None
    return _Reader(str(file), problems).item(node, "", f"{file}:1")


class _Reader:
    """Turns the nodes of one file into items."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.open: list[yaml.Node] = []

    def refuse(self, node: yaml.Node, path: str, message: str) -> None:
        self.problems.append(Problem(f"{self.file}:{node.start_mark.line + 1}", path, message))

    def item(self, node: yaml.Node, path: str, where: str) -> Item:
        """A node and everything in it."""
        if any(node is above for above in self.open):
            self.refuse(node, path, "refers to itself")
            return Item(content=None, where=where, path=path)
        self.open.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return Item(content=dict(self.pairs(node, path)), where=where, path=path)
            if isinstance(node, yaml.SequenceNode):
                parts = tuple(self.item(n, f"{path}[{i}]", self.line(n)) for i, n in enumerate(node.value, 1))
                return Item(content=parts, where=where, path=path)
            return Item(content=self.scalar(node, path), where=where, path=path)
        finally:
            self.open.pop()

    def line(self, node: yaml.Node) -> str:
        return f"{self.file}:{node.start_mark.line + 1}"

    def pairs(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[str, Item]]:
        """The entries of a mapping; a key written twice is refused and its first value kept."""
        seen: dict[str, str] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.refuse(key_node, path, "a name must be a single word or phrase")
                continue
            key = str(key_node.value)
            below = f"{path}.{key}" if path else key
            self.key(key_node, below)
            where = self.line(key_node)
            if key in seen:
                self.refuse(key_node, below, f"is written twice; the first is at {seen[key]}")
                continue
            seen[key] = where
            yield key, self.item(value_node, below, where)

    def key(self, node: yaml.ScalarNode, path: str) -> None:
        """Checks a name; names are always text, so only a bare answer could surprise."""
        if not node.style and str(node.value).lower() in ANSWERS:
            self.refuse(node, path, f"'{node.value}' {ANSWER_ADVICE}")

    def scalar(self, node: yaml.Node, path: str) -> Scalar:
        """A single value as what it plainly says."""
        raw = str(node.value)
        if node.tag != TEXT_TAG:
            self.refuse(node, path, f"the tag '{node.tag}' is not allowed")
            return None
        if not isinstance(node, yaml.ScalarNode) or node.style:
            return raw
        if raw.lower() in ANSWERS:
            self.refuse(node, path, f"'{raw}' {ANSWER_ADVICE}")
            return None
        for trap, advice in TRAPS:
            if trap.fullmatch(raw):
                self.refuse(node, path, f"'{raw}': {advice}")
                return None
        return self.plain(node, raw, path)

    def plain(self, node: yaml.Node, raw: str, path: str) -> Scalar:
        """An unquoted value that is no trap."""
        if raw in ("", "~", "null", "Null", "NULL"):
            return None
        if raw in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return raw.lower() == "true"
        if NUMBER.fullmatch(raw):
            value = float(raw)
            if not isfinite(value):
                self.refuse(node, path, f"'{raw}': a finite number is needed")
                return None
            return int(raw) if raw.lstrip("+-").isdigit() else value
        if DATE.fullmatch(raw):
            try:
                return dt.date.fromisoformat(raw)
            except ValueError:
                self.refuse(node, path, f"{raw} is not a day of the calendar")
                return None
        return raw
