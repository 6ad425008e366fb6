"""NIP: which texts are one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.launch.nip import InvalidNipError, grouped, parse_nip


@pytest.mark.parametrize(
    "text",
    ["198001012005011001", "19800101 200501 1 001", "19800101.200501.1.001", " 198001012005012999 "],
    ids=["plain", "blanks", "dots", "around"],
)
def test_a_nip_may_be_written_with_blanks_and_dots(text):
    """As it is printed, or as 18 digits."""
    assert len(parse_nip(text)) == 18


def test_a_number_of_pppk_is_valid():
    """NI PPPK has a code where PNS has the month of appointment."""
    assert parse_nip("198001012024211001") == "198001012024211001"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "18 digits"),
        ("123456789", "18 digits"),
        ("19800101200501100", "18 digits"),
        ("1980010120050110011", "18 digits"),
        ("19800101200501100x", "18 digits"),
        ("١٩٨٠٠١٠١٢٠٠٥٠١١٠٠١", "18 digits"),
        ("198013012005011001", "date of birth"),
        ("198002302005011001", "date of birth"),
        ("000001012005011001", "date of birth"),
        ("180001012005011001", "year of birth"),
        ("198001012005013001", "neither 1 nor 2"),
        ("198001012005011000", "are 000"),
        ("1.98001012005011E+17", "18 digits"),
    ],
    ids=str,
)
def test_other_texts_are_none_and_the_part_at_fault_is_named(text, fault):
    """The message names the digits at fault and never repeats the number."""
    with pytest.raises(InvalidNipError, match=fault) as caught:
        parse_nip(text)
    assert not text or text not in str(caught.value)


@given(text=st.text())
def test_any_text_is_a_nip_or_refused(text):
    """Nothing else comes out, whatever goes in."""
    try:
        nip = parse_nip(text)
    except InvalidNipError:
        return
    assert parse_nip(grouped(nip)) == nip


def test_the_printed_form():
    """Groups of 8, 6, 1 and 3."""
    assert grouped("198001012005011001") == "19800101 200501 1 001"
    assert grouped("") == ""
