"""The rules of the house, read from its source: imports point left, no chance in the engine, small rooms."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("foundations", "study", "model", "engine", "results", "experiment", "report", "cli_studies", "cli")
SOURCES = sorted((ROOT / "sim").rglob("*.py"))
FORBIDDEN_IN_ENGINE = (
    "numpy.random",
    "random",
    "secrets",
    "datetime",
    "time",
    "math",
    "sim.foundations.randomness",
    "sim.foundations.distributions",
    "sim.foundations.hazard",
)
HEAVY = ("pandas", "scipy", "matplotlib", "pyarrow", "numba")
MET_FIRST = ("__init__.py", "cli.py", "cli_studies.py")
"""What is imported before help is shown."""
LONGEST_ROOM = 450
OF_SERVICES = ("sim/engine/offers.py", "sim/engine/edge.py")
"""Rooms that add multipliers and flags, and move nothing."""
OF_THE_WORLD = (
    *("status", "since", "spell", "moving", "gate_at", "referral"),
    *("where", "at_edge", "window_ends", "crises", "stay", "route", "placement", "guardian", "returned"),
    *("left", "rate", "last", "plan_children", "plan_started"),
)
"""What a service never sets: a level, a child's place, a clock, a plan."""
DESCRIBED = ("foundations", "study", "model", "engine", "results", "experiment")
"""Rooms whose every file docs/design.md says something of."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def source(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def room_of(path: Path) -> str:
    """The folder of `sim` that a file is in: read from its place in the house, wherever the house stands."""
    return path.relative_to(ROOT / "sim").with_suffix("").parts[0]


def imports(path: Path, text: str = "") -> Iterator[str]:
    """Full dotted names of all that a file imports, or would import if `text` were in it."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(text or path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def imported_at_once(path: Path) -> Iterator[str]:
    """Modules imported as soon as a file is, so neither inside a function nor for type checking only."""
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        waiting.extend(ast.iter_child_nodes(node))


def room(dotted: str) -> str | None:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "sim" and len(parts) > 1 and parts[1] in ROOMS else None


def within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def test_the_reader_of_imports_sees_every_kind() -> None:
    text = "import sim.report.html\nfrom sim import cli\nfrom ..study import config\nfrom . import events\n"
    found = set(imports(ROOT / "sim" / "engine" / "example.py", text))
    assert {"sim.report.html", "sim.cli", "sim.study.config", "sim.engine.events"} <= found


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_only_point_left(path: Path) -> None:
    parts = path.relative_to(ROOT / "sim").with_suffix("").parts
    if parts[0] not in ROOMS:
        return  # sim/__init__.py and sim/__main__.py open the house: they may name any room
    right = ROOMS[ROOMS.index(parts[0]) + 1 :]
    wrong = sorted({name for name in imports(path) if room(name) in right})
    assert not wrong, f"{name_of(path)} imports what lies to its right: {', '.join(wrong)}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_room_has_its_place(path: Path) -> None:
    place = path.relative_to(ROOT / "sim").with_suffix("").parts[0]
    assert place in (*ROOMS, "__init__", "__main__"), f"{name_of(path)}: add '{place}' to ROOMS, in its place"


@pytest.mark.parametrize("path", [p for p in SOURCES if room_of(p) == "engine"], ids=name_of)
def test_the_engine_knows_no_chance_dates_or_logarithms(path: Path) -> None:
    wrong = sorted({name for name in imports(path) for bad in FORBIDDEN_IN_ENGINE if within(name, bad)})
    assert not wrong, f"{name_of(path)} imports {', '.join(wrong)}"
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(np|numpy)\.(random|log\w*|exp\w*)\b", text), (
        f"{name_of(path)} draws or takes logs"
    )


CLOCKWORK = ("wind", "spend", "stop_clock")
"""What sets a family's clocks going, spends them or stops them."""


def set_or_wound(text: str) -> Iterator[str]:
    """Attributes that a text assigns to, wholly or in one place of a list, and what it calls of clocks."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            target: ast.AST = node
            while isinstance(target, ast.Subscript):
                target = target.value
            if isinstance(target, ast.Attribute):
                yield target.attr
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            if name in CLOCKWORK:
                yield f"{name}()"


@pytest.mark.parametrize("name", OF_SERVICES)
def test_a_service_moves_no_level_child_or_clock(name: str) -> None:
    wrong = sorted({what for what in set_or_wound(source(name)) if what in OF_THE_WORLD or "()" in what})
    assert not wrong, f"{name} touches {', '.join(wrong)}: services add multipliers and flags, nothing else"


def test_the_reader_of_assignments_sees_what_the_world_does() -> None:
    of_care = set(set_or_wound(source("sim/engine/care.py")))
    assert {"where", "at_edge", "placement", "wind()", "stop_clock()", "rate"} <= of_care
    assert "spend()" in set(set_or_wound(source("sim/engine/journeys.py")))
    assert set(set_or_wound("family.left[clock] -= 1\nfamily.powers[0][1] = 2\ndel child.where")) == {
        *("left", "powers", "where")
    }


@pytest.mark.parametrize("path", [p for p in SOURCES if room_of(p) == "engine"], ids=name_of)
def test_the_rules_know_neither_of_the_engines_that_run_them(path: Path) -> None:
    """Rules are written once: what runs them is SimPy in one file, numba in one folder, and nothing else.
    Only the file that chooses between the two names both."""
    own = {"simpy": path.stem == "simpy_engine", "numba": path.parent.name == "compiled"}
    tools = [tool for tool, is_own in own.items() if not is_own]
    names_both = path.stem == "engines"
    engines = [] if names_both or any(own.values()) else ["sim.engine.simpy_engine", "sim.engine.compiled"]
    wrong = sorted({name for name in imports(path) for bad in (*tools, *engines) if within(name, bad)})
    assert not wrong, f"{name_of(path)} imports {', '.join(wrong)}"


def test_the_design_page_names_every_file() -> None:
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    files = [path for path in SOURCES if room_of(path) in DESCRIBED and path.stem != "__init__"]
    missing = [name_of(path) for path in files if path.stem not in named]
    assert not missing, f"docs/design.md says nothing of {', '.join(missing)}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_rooms_stay_small(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_ROOM, f"{name_of(path)} has {lines} lines; at most {LONGEST_ROOM}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{name_of(path)} has no docstring"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name in MET_FIRST], ids=name_of)
def test_help_answers_at_once(path: Path) -> None:
    heavy = sorted({name for name in imported_at_once(path) for bad in HEAVY if within(name, bad)})
    assert not heavy, f"{name_of(path)} imports {', '.join(heavy)} before it is needed"


def test_the_lock_holds_names_and_versions_only() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    odd = [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line)]
    assert lines
    assert not odd, f"requirements.lock: {odd}"


def public_classes() -> dict[str, str]:
    """Every class of `sim` whose name does not begin with an underscore, with its file."""
    return {
        node.name: name_of(path)
        for path in SOURCES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def glossary_names() -> set[str]:
    """The names of code, alone or after the module they are in, that the glossary gives."""
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    return set(re.findall(r"`(?:\w+\.)?([A-Z]\w+)`", glossary))


def test_every_public_class_is_in_the_glossary() -> None:
    named = glossary_names()
    missing = [f"{name} ({place})" for name, place in sorted(public_classes().items()) if name not in named]
    assert not missing, "docs/glossary.md does not name: " + ", ".join(missing)


def test_every_class_in_the_glossary_is_in_the_code() -> None:
    gone = sorted(glossary_names() - set(public_classes()))
    assert not gone, "docs/glossary.md names what is no longer there: " + ", ".join(gone)
