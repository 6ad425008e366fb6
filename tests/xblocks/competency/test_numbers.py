"""Numbers as Indonesians write them."""

# Data stays on one line, where it is easier to read.
# ruff: noqa: E501

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xblocks.competency.errors import NumberFormatError
from xblocks.competency.numbers import NumberFormat, format_number, parse_number


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12),
    st.sampled_from(NumberFormat),
)
def test_round_trip(value, style):
    """What is written is read as the same number."""
    assert parse_number(format_number(value, style), style) == value


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("1.250.000,50", "plain", "1250000.5"),
        ("1250000", "plain", "1250000"),
        ("  -0,5 ", "plain", "-0.5"),
        ("\N{MINUS SIGN}3", "plain", "-3"),
        ("Rp1.250.000", "rupiah", "1250000"),
        ("rp. 1.250.000,-", "rupiah", "1250000"),
        ("IDR 5000", "rupiah", "5000"),
        ("-Rp5.000", "rupiah", "-5000"),
        ("12,5%", "percent", "12.5"),
        ("12,5 persen", "percent", "12.5"),
        ("12,5", "percent", "12.5"),
        ("007", "plain", "7"),
    ],
)
def test_accepted(text, style, value):
    """The ways in which people write numbers are understood."""
    assert parse_number(text, NumberFormat(style)) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "12.5", "1.25.000", "1,250,000", "1,2,3", "1e5", "NaN", "Infinity", "0.125", "٣", "1 000", "--1", "1" * 41, "Rp5", "5%"],
)  # fmt: skip
def test_refused(text):
    """What could be meant in two ways, or is no number, is refused and shown how to write it."""
    with pytest.raises(NumberFormatError, match="is not a number"):
        parse_number(text)


@pytest.mark.parametrize("style", NumberFormat)
def test_what_is_long_is_refused_unread(style):
    """Blanks before a unit that does not come: searched for, they would take a worker's day."""
    with pytest.raises(NumberFormatError, match="is not a number"):
        parse_number("1" + " " * 2_000_000 + "x", style)
