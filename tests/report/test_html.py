"""The page: every figure is summary.json's, it is well formed, asks for nothing and can be read by all."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from sim.report.figures import COLOURS, INKS, plot_fan
from sim.report.html import lookup, pictures, render, write_report
from sim.report.words import FORMATS
from sim.results.summary import summary
from sim.study.config import Study
from tests.made_up import blank, bury, made_up
from tests.report.hand_made import hand_made, toy_study

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", params=["summary of results", "written by hand"])
def given(request: pytest.FixtureRequest) -> tuple[Study, dict]:
    """A study and its summary, from made-up results or from nothing at all."""
    if request.param == "written by hand":
        return toy_study(), hand_made()
    return bury(), json.loads(json.dumps(summary(bury(), made_up())))


@pytest.fixture(scope="module")
def study(given: tuple[Study, dict]) -> Study:
    return given[0]


@pytest.fixture(scope="module")
def numbers(given: tuple[Study, dict]) -> dict:
    return given[1]


@pytest.fixture(scope="module")
def text(study: Study, numbers: dict) -> str:
    return render(study, numbers)


@pytest.fixture(scope="module")
def page(text: str) -> ET.Element:
    return ET.fromstring(text)


def flat(node: object, path: str = "") -> dict[str, object]:
    """Every figure by its dotted key; claims by id."""
    if isinstance(node, dict):
        parts = node.items()
    elif isinstance(node, list):
        parts = [
            (one["id"] if isinstance(one, dict) and "id" in one else i, one) for i, one in enumerate(node)
        ]
    else:
        return {path: node}
    return {key: leaf for name, one in parts for key, leaf in flat(one, f"{path}.{name}".lstrip(".")).items()}


def all_text(node: ET.Element) -> str:
    return "".join(node.itertext())


def test_every_figure_is_that_of_summary_json(page: ET.Element, numbers: dict) -> None:
    figures = flat(numbers)
    shown = [node for node in page.iter() if node.get("data-key")]
    assert len(shown) > 300
    for node in shown:
        key, style = node.attrib["data-key"], node.attrib["data-format"]
        assert key in figures, key
        assert all_text(node) == FORMATS[style](figures[key]), key


def test_no_figure_in_a_number_column_stands_alone(page: ET.Element) -> None:
    cells = [cell for cell in page.iter(f"{HTML}td") if "num" in cell.get("class", "").split()]
    assert len(cells) > 200
    for cell in cells:
        bare = (cell.text or "") + "".join((part.tail or "") for part in cell.iter() if part is not cell)
        assert not re.search(r"\d", bare), all_text(cell)


def test_it_leads_with_the_claims(page: ET.Element, numbers: dict) -> None:
    main = page.find(f".//{HTML}main")
    assert main is not None
    keys = [node.attrib["data-key"] for node in main.iter() if node.get("data-key")]
    assert keys[0].startswith("claims.")
    assert keys[0].endswith(".chance")
    for claim in numbers["claims"]:
        assert f"claims.{claim['id']}.chance" in keys


def test_it_asks_for_nothing_and_runs_nothing(text: str, page: ET.Element) -> None:
    assert not re.search(r"<script|<iframe|<object|<embed|<link|<img|@import|javascript:|\son\w+=", text)
    for address in re.findall(r"https?://[^\s\"'<]*", text):
        assert address in (
            "http://www.w3.org/1999/xhtml",
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        )
    assert all(url.startswith("#") for url in re.findall(r"url\(([^)]*)\)", text))
    links = [value for node in page.iter() for name, value in node.items() if name.endswith(("href", "src"))]
    ids = Counter(node.get("id") for node in page.iter() if node.get("id"))
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    assert max(ids.values()) == 1, ids.most_common(2)


def test_headings_come_in_order(page: ET.Element) -> None:
    levels = [
        int(node.tag[-1]) for node in page.iter() if re.fullmatch(rf"{re.escape(HTML)}h[1-6]", node.tag)
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_everybody_can_read_it(page: ET.Element) -> None:
    assert page.get("lang") == "en-GB"
    body = page.find(f"{HTML}body")
    assert body is not None
    assert body[0].get("href") == "#main"
    assert all_text(page.find(f".//{HTML}title")).strip()
    for table in page.iter(f"{HTML}table"):
        caption = table.find(f"{HTML}caption")
        assert caption is not None
        assert all_text(caption).strip()
        assert all(head.get("scope") in ("row", "col", "rowgroup") for head in table.iter(f"{HTML}th"))
        rows = [sum(int(cell.get("colspan", "1")) for cell in row) for row in table.iter(f"{HTML}tr")]
        assert len(set(rows)) == 1, all_text(caption)
    for region in page.iter(f"{HTML}div"):
        if region.get("role") == "region":
            assert region.get("aria-label")


def test_figures_say_what_they_show(page: ET.Element, numbers: dict) -> None:
    charts = list(page.iter(f"{SVG}svg"))
    waterfalls = [name for name in pictures(numbers) if name.startswith("waterfall-")]
    assert len(charts) == 5 + len(waterfalls) + ("depends_on" in numbers)
    for chart in charts:
        assert chart.get("role") == "img"
        title, desc = chart[0], chart[1]
        assert (title.tag, desc.tag) == (f"{SVG}title", f"{SVG}desc")
        assert chart.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
        assert all_text(title).strip()
        assert re.search(r"\d", all_text(desc))
        assert chart.get("viewBox")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_words_and_shapes_stand_out_from_white() -> None:
    assert all(1.05 / (luminance(ink) + 0.05) >= 4.5 for ink in INKS)
    # The house's orange has 2.9: it is never alone, always with a dash, a hatch or a label.
    assert all(1.05 / (luminance(colour) + 0.05) >= 2.9 for colour in COLOURS)


def test_the_overlap_line_is_there(page: ET.Element) -> None:
    said = " ".join(all_text(page).split())
    assert "claimed;" in said
    assert "found when each is alone;" in said
    assert "counted twice if the two are added." in said


def test_it_says_what_each_service_is_short_of(page: ET.Element) -> None:
    assert "Edge of care is short of referrals, not of staff" in " ".join(all_text(page).split())


def test_the_page_is_the_same_every_time(study: Study, numbers: dict, text: str) -> None:
    assert render(study, numbers) == text


def test_it_is_written_with_its_figures(study: Study, numbers: dict, tmp_path: Path) -> None:
    path = write_report(study, numbers, tmp_path)
    assert path == tmp_path / "report.html"
    written = {one.stem for one in (tmp_path / "figures").glob("*.svg")}
    always = {"fan", "claims-children", "claims-pounds", "money", "posts"}
    asked = {"depends"} if "depends_on" in numbers else set()
    assert {name for name in written if not name.startswith("waterfall-")} == always | asked
    for one in (tmp_path / "figures").glob("*.svg"):
        ET.parse(one)


@pytest.mark.parametrize("scenarios", [("no change",), ("no change", "edge of care")])
def test_a_run_of_fewer_scenarios_has_a_page_too(scenarios: tuple[str, ...]) -> None:
    found = render(bury(), summary(bury(), blank(scenarios=scenarios)))
    ET.fromstring(found)
    assert "Do the two plans count" not in found


def test_keys_with_dots_and_unknown_keys(numbers: dict) -> None:
    name = next(label for label in numbers["observed"]["falls elsewhere"]["values"] if "." in label)
    assert lookup(numbers, f"observed.falls elsewhere.values.{name}") > 0
    with pytest.raises(KeyError, match="nothing at"):
        lookup(numbers, "saving.both.2030/31")


def test_a_fan_can_be_drawn_of_any_monthly_measure() -> None:
    picture = plot_fan(made_up(), "plans open", ["no change", "both"])
    ET.fromstring(picture._repr_svg_())
    assert picture.name == "fan-plans-open"
    assert "Both services" in picture.description


def test_posts_that_are_not_whole_are_explained_and_whole_ones_need_no_word() -> None:
    explained = "someone who works half time counts as half a post"
    whole = hand_made()
    assert explained not in render(toy_study(), whole)
    part = json.loads(json.dumps(whole))
    for by_group in part["staffing"].values():
        for by_date in by_group.values():
            for posts in by_date.values():
                posts["funded"] = 2.5
    assert explained in render(toy_study(), part)
    assert "edge of care, social worker: 3 funded" in pictures(whole)["posts"].description
    assert "edge of care, social worker: 2.5 funded" in pictures(part)["posts"].description


def test_money_adds_up_on_the_page_and_says_what_is_cash() -> None:
    page = render(toy_study(), hand_made())
    part = page.split('<h2 id="money">')[1].split("<h2 ")[0]
    text = " ".join(re.sub(r"<[^>]+>", " ", part).split())
    assert "The services have not paid for themselves by the end of 2025 to 2026" in text
    assert text.count("paid for anyway, so no cash") == 5
    assert "Claimed: 24 children at £50,000 a child a year ( £959 a week) for 5.1 months" in text
    assert "5.2 child-years at £61,234 . A year of the average child in care: £93,333" in text
    assert text.count("Priced average") == 1
    assert "A pound of 2024 to 2025 counts 95p : prices 1.020 times those of the first year" in text


def test_a_plan_that_has_paid_back_says_when_and_an_old_summary_has_no_money() -> None:
    numbers = hand_made()
    for found in numbers["money"]["payback"].values():
        found["net"]["year"] = "2024/25"
    assert "The services have paid for themselves by the end of 2024 to 2025." in render(toy_study(), numbers)
    del numbers["money"]
    assert 'id="money"' not in render(toy_study(), numbers)


def test_results_that_must_not_be_used_are_marked_above_the_findings() -> None:
    numbers = hand_made()
    assert "Do not use these results" not in render(toy_study(), numbers)
    numbers["quality"]["exhausted"] = 18
    page = render(toy_study(), numbers)
    assert page.index("Do not use these results") < page.index("simulated futures")
