"""A small made-up study that holds every parameter, and a way to spoil it at one named place."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.foundations.errors import InputError, Problem
from sim.study.catalogue import CATALOGUE
from sim.study.config import Study, load_study
from sim.study.kinds import Kind
from sim.study.yaml_reader import LOADER

REMOVED = object()
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def sound_value(kind: Kind) -> float | dict[str, float]:
    """Some value that the kind allows."""
    one = 2.0 if kind.whole or kind.full_time else max(kind.low, min(0.5, kind.high))
    if kind.keys is None:
        return one
    if kind.sums_to_one:
        return {key: 1.0 if key == kind.keys[0] else 0.0 for key in kind.keys}
    return dict.fromkeys(kind.keys, one)


def sound_leaf(kind: Kind) -> dict[str, Any]:
    """A parameter that loads."""
    value = sound_value(kind)
    leaf: dict[str, Any] = {
        "meaning": "made up",
        "value": value,
        "shape": "table" if isinstance(value, dict) else "fixed",
        "unit": kind.unit,
        "basis": "assumption",
        "date": 2026,
        "quality": "weak",
        "fixed_because": "range not known",
        "source": "Assumption: made up for a test.",
    }
    if kind.estimand:
        leaf["estimand"] = {
            "measure": "hazard ratio",
            "outcome": "entry",
            "months": 12,
            "from": "start",
            "among": "served",
        }
    return leaf


def sound_document() -> dict[str, Any]:
    """A whole study that loads."""
    document: dict[str, Any] = {
        "study": {"name": "Test", "authority": "Bury", "meaning": "A test."},
        "run": {
            "start": "@2023-04-01@",
            "end": "@2026-04-01@",
            "seed": 1,
            "draws": 2,
            "runs": 3,
            "combine": "multiply",
        },
    }
    for name, kind in CATALOGUE.items():
        *above, last = name.split(".")
        place = document
        for part in above:
            place = place.setdefault(part, {})
        place[last] = sound_leaf(kind)
    homes = document["care"]["opening_placement"]["value"]
    homes.update({name: float(name == "own foster") for name in homes})  # where every age is placed
    source = {"source": "A paper."}
    document["scenarios"] = {
        "edge of care": {
            "meaning": "A team.",
            "levers": [
                {"lever": "open", "service": "edge_of_care", "date": "@2023-06-01@", **source},
                {
                    "lever": "posts",
                    "service": "edge_of_care",
                    "role": "manager",
                    "posts": 1,
                    "start": "@2023-03-01@",
                    **source,
                },
                {"lever": "training", "service": "edge_of_care", "complete": "@2023-03-31@", **source},
                {"lever": "set_up", "service": "edge_of_care", "year": "2023/24", "pounds": 1000, **source},
                {"lever": "funding", "service": "edge_of_care", "year": "2024/25", "pounds": 500.5, **source},
            ],
        },
        "family safeguarding": {
            "meaning": "Another.",
            "levers": [{"lever": "open", "service": "family_safeguarding", "date": "@2023-08-01@", **source}],
        },
        "both": {"meaning": "Both.", "combines": ["edge of care", "family safeguarding"]},
    }
    document["claims"] = [
        {
            "id": "children",
            "scenario": "edge of care",
            "kind": "children",
            "target": 24,
            "by": "@2025-03-31@",
            "text": "24 fewer.",
            **source,
        },
        {
            "id": "pounds",
            "scenario": "both",
            "kind": "pounds",
            "target": 1000000,
            "by": "2025/26",
            "basis": "net",
            "text": "A million.",
            **source,
        },
    ]
    document["observed"] = {
        "Bury": {
            "children looked after": {
                "meaning": "At 31 March.",
                "unit": "children",
                "source": "A return.",
                "values": {"@2023-03-31@": {"under 1": 12, "1-4": 57}, "@2024-03-31@": 344},
            }
        },
        "Bolton": {
            "children looked after": {"meaning": "m", "unit": "children", "source": "s", "values": {"a": 1}}
        },
    }
    return document


class Draft:
    """A study being written: change it by dotted name, save it, load it, ask for its faults."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "study.yaml"
        self.document = sound_document()

    def set(self, path: str, value: Any) -> Draft:
        """Sets an entry; text between @ signs is written bare, without quotes."""
        *above, last = self._parts(path)
        place = self.document
        for part in above:
            place = place[part]
        if value is REMOVED:
            del place[last]
        else:
            place[last] = value
        if last == "shape" and value not in ("fixed", "table"):
            place.pop("fixed_because", None)  # what has a range says no reason for having none
        return self

    def remove(self, path: str) -> Draft:
        return self.set(path, REMOVED)

    def get(self, path: str) -> Any:
        place: Any = self.document
        for part in self._parts(path):
            place = place[part]
        return copy.deepcopy(place)

    @staticmethod
    def _parts(path: str) -> list[Any]:
        parts: list[Any] = []
        for part in path.split("."):
            name, _, index = part.partition("[")
            parts += [name] + ([int(index[:-1]) - 1] if index else [])
        return parts

    def text(self) -> str:
        """The YAML, with what stands between @ signs bare."""
        raw = yaml.dump(self.document, Dumper=DUMPER, sort_keys=False, allow_unicode=True, width=1000)
        return raw.replace("'@", "").replace("@'", "").replace("@", "")

    def save(self) -> Path:
        self.file.write_text(self.text(), encoding="utf-8")
        return self.file

    def load(self) -> Study:
        return load_study(self.save())

    def faults(self) -> tuple[Problem, ...]:
        """What loading complains of; fails if it does not."""
        self.save()
        return faults_of(self.file)

    def line(self, path: str) -> str:
        """Where an entry stands in the saved file, "file:line"."""
        node = yaml.compose(self.file.read_text(encoding="utf-8"), Loader=LOADER)
        mark = node.start_mark
        for part in self._parts(path):
            if isinstance(part, int):
                node = node.value[part]
                mark = node.start_mark
            else:
                key, node = next((k, v) for k, v in node.value if k.value == part)
                mark = key.start_mark
        return f"{self.file}:{mark.line + 1}"


def faults_of(file: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        load_study(file)
    return caught.value.problems


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    return Draft(tmp_path)
