"""Numbers as a councillor reads them."""

import pytest

from sim.report import words


@pytest.mark.parametrize(
    ("style", "value", "text"),
    [
        ("whole", 1240.4, "1,240"),
        ("whole", -0.2, "0"),
        ("whole", -3.0, "−3"),
        ("fewer", 17.2, "17 fewer"),
        ("fewer", -3.4, "3 more"),
        ("fewer", 0.3, "no difference"),
        ("pounds", 1_230_000.0, "£1.23 million"),
        ("pounds", 1_200_000.0, "£1.2 million"),
        ("pounds", 999_600.0, "£1 million"),
        ("pounds", 586_900.0, "£587,000"),
        ("pounds", 325.0, "£0"),
        ("pounds", -325.0, "£0"),
        ("pounds", -310_400.0, "−£310,000"),
        ("pounds", -2_060_000.0, "−£2.06 million"),
        ("pounds exactly", 1_175_000.0, "£1.175 million"),
        ("of 100", 0.294, "29"),
        ("of 100", 0.0, "none"),
        ("of 100", 0.004, "fewer than 1"),
        ("of 100", 0.997, "more than 99"),
        ("of 100", 1.0, "100"),
        ("points", 0.002, "1"),
        ("one place", -0.04, "0.0"),
        ("per cent", 4.35, "4.35%"),
        ("per cent", 8.2, "8.2%"),
        ("days", 1.2, "1 day"),
        ("families", 1.0, "1 family"),
        ("families", None, "not known"),
        ("families", 0.3, "no family"),
    ],
)
def test_formats(style: str, value: float | None, text: str) -> None:
    assert words.FORMATS[style](value) == text


def test_what_is_not_known_is_said() -> None:
    for style, show in words.FORMATS.items():
        assert "not known" in show(None) or style == "days"


def test_dates_and_years() -> None:
    assert words.when("2025/26") == "in 2025 to 2026"
    assert words.year("1999/00") == "1999 to 2000"
    assert words.when("2026-03-31") == "on 31 March 2026"


def test_likelihood_allows_for_what_few_draws_miss() -> None:
    assert words.likelihood(0.0) == "very unlikely"
    assert words.likelihood(0.0, 0.14) == "unlikely"
    assert words.likelihood(0.5) == "about as likely as not"
    assert words.likelihood(0.99) == "very likely"
