"""NIP: the 18-digit number of a civil servant, and its official form.

Layout (PNS): birth YYYYMMDD, appointment YYYYMM, sex 1 or 2, serial 001-999. NI PPPK has the same
length and a two-digit code where PNS has the month, so that the month is not checked.
Sources: reference "Identifiers" (Perka BKN 22/2007, 43/2007).
"""

from datetime import date

__all__ = ["InvalidNipError", "grouped", "parse_nip"]


class InvalidNipError(ValueError):
    """The text is no NIP; the message says which part, and never repeats the text."""


def parse_nip(text: str) -> str:
    """Return the 18 digits of a NIP written with or without spaces and dots; raises InvalidNipError."""
    digits = "".join(char for char in text if char not in " .\u00a0")
    if len(digits) != 18 or not (digits.isascii() and digits.isdigit()):
        raise InvalidNipError("not 18 digits")
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError as error:
        raise InvalidNipError("digits 1-8 are no date of birth") from error
    if born.year < 1900:
        raise InvalidNipError("digits 1-4 are no year of birth")
    if digits[14] not in "12":
        raise InvalidNipError("digit 15 is neither 1 nor 2")
    if digits[15:] == "000":
        raise InvalidNipError("digits 16-18 are 000")
    return digits


def grouped(nip: str) -> str:
    """Return the NIP as it is printed: ``19800101 200501 1 001``; anything else unchanged."""
    if len(nip) != 18:
        return nip
    return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"
