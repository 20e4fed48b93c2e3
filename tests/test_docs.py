"""The documents are true: links lead somewhere, parameters exist, commands do what is shown."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.experiment.validation_folder import hindsight_digest
from sim.study.catalogue import CATALOGUE, groups
from sim.study.levers import KINDS
from sim.study.pricing import Pricing
from sim.study.structure import Structure

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PICTURES = ROOT / "docs" / "images"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\n]+)`")
DOTTED = re.compile(r"\b[a-z_]+(?:\.\w+)+")
ROOTS = {name.split(".")[0] for name in CATALOGUE}
CHEAP = ("check", "explain", "describe", "--help", "--version")
PRIVATE = ("/work", "/tmp", "/home", "shared/")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """The headings of a page as links to them are written."""
    heads = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def consoles() -> list[tuple[str, str]]:
    """(command, what is shown of its output) of every cheap command in a console block."""
    found = []
    for page in PAGES:
        for language, text in FENCE.findall(page.read_text(encoding="utf-8")):
            if language != "console":
                continue
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                if command.split()[0] == "caresim" and command.split()[1] in CHEAP:
                    found.append((command, shown))
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if target.parent == PICTURES and not PICTURES.is_dir():
            continue  # the pictures come from a run of the whole study
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken, f"{name_of(page)}: {', '.join(broken)}"


def in_equations(page: Path) -> set[str]:
    """Dotted names in a page's blocks of plain text, where equations stand."""
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    return {name for language, text in blocks if not language for name in DOTTED.findall(text)}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_parameters_named_exist(page: Path) -> None:
    known = {*CATALOGUE, *groups()}
    quoted = {text for text in QUOTED.findall(prose(page)) if re.fullmatch(r"\w+(\.\w+)+", text)}
    quoted |= in_equations(page)
    files = {text for text in quoted if text.endswith((".yaml", ".md", ".json", ".csv"))}
    wrong = sorted(text for text in quoted - files if text.split(".")[0] in ROOTS and text not in known)
    assert not wrong, f"{name_of(page)} names parameters that are not there: {', '.join(wrong)}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_speaks_of_one_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not [word for word in PRIVATE if word in text]


def test_the_model_page_explains_every_parameter() -> None:
    """By its name, in words or in an equation, or by the name of its group."""
    page = ROOT / "docs" / "model.md"
    quoted = set(QUOTED.findall(prose(page))) | in_equations(page)
    missing = [name for name in CATALOGUE if name not in quoted and name.split(".")[0] not in quoted]
    missing = [name for name in missing if not name.startswith("salaries.")]  # pay, explained as such
    assert not missing, f"docs/model.md says nothing of {', '.join(missing)}"


def test_the_model_page_names_every_lever_and_every_switch() -> None:
    page = prose(ROOT / "docs" / "model.md")
    quoted = set(QUOTED.findall(page))
    missing = [name for name in (*KINDS, *Structure().content(), *Pricing().content()) if name not in quoted]
    assert not missing, f"docs/model.md says nothing of {', '.join(missing)}"


def test_every_mechanism_says_where_it_ends() -> None:
    """A section that names settings of the world or of practice names a limit too."""
    sections = re.split(r"^#{2,3} ", prose(ROOT / "docs" / "model.md"), flags=re.MULTILINE)[1:]
    told = {name for name in CATALOGUE if name.split(".")[0] != "salaries"}
    silent = [
        section.partition("\n")[0]
        for section in sections
        if told & set(QUOTED.findall(section)) and "*Limit*" not in section
    ]
    assert not silent, f"docs/model.md gives no limit of: {', '.join(silent)}"


def test_the_page_of_validation_is_of_the_study_as_it_is() -> None:
    """Whoever changes a number of the Bury study, or what was really done, runs `caresim validate` again."""
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    shown = re.search(
        r"^Written by `caresim validate configs/bury.yaml`.*Digest of the study: `(\w+)`; of what was "
        r"really done: `(\w+)`",
        page,
        re.M,
    )
    assert shown, "docs/validation.md does not say which study it is of"
    study = sim.load_study(ROOT / "configs" / "bury.yaml")
    assert study.digest.startswith(shown[1])
    assert hindsight_digest(study).startswith(shown[2])


def test_there_are_commands_to_check() -> None:
    assert len(consoles()) >= 4


@pytest.mark.parametrize(("command", "shown"), consoles(), ids=[command for command, _ in consoles()])
def test_commands_do_what_is_shown(command: str, shown: str) -> None:
    arguments = [sys.executable, "-m", "sim.cli", *shlex.split(command)[1:]]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    place = 0
    for part in (piece.strip() for line in shown.splitlines() for piece in line.split("…")):
        found = done.stdout.find(part, place)
        assert found >= 0, f"`{command}` does not print {part!r} here; it prints:\n{done.stdout}"
        place = found + len(part)


def test_the_what_if_of_the_readme_loads(tmp_path: Path) -> None:
    blocks = FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    scenario = next(text for language, text in blocks if language == "yaml")
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    file = tmp_path / "configs" / "bury.yaml"
    before, claims, after = file.read_text(encoding="utf-8").partition("\nclaims:\n")
    file.write_text(f"{before}\n{scenario}{claims}{after}", encoding="utf-8")
    study = sim.load_study(file)
    assert study.scenario("edge of care & more key workers").levers > study.scenario("edge of care").levers
