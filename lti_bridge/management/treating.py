"""How a registration is treated, as options of the commands that write it; what is not said stays."""

from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction
from collections.abc import Mapping

__all__ = ["add_treatment", "treatment_in"]

NAMES = ("overwrites_changes", "sends_per_second", "enabled")


def add_treatment(parser: ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--overwrites-changes",
        action=BooleanOptionalAction,
        help="overwrite results that the HR system changed, or hold the next one until somebody has decided",
    )
    parser.add_argument(
        "--sends-per-second",
        type=_rate,
        metavar="N",
        help="results that the system takes in a second; 0 is no limit",
    )
    parser.add_argument(
        "--enabled", action=BooleanOptionalAction, help="take the system into use, or out of it for now"
    )


def treatment_in(options: Mapping[str, object]) -> dict[str, object]:
    """Return the columns of ``Platform`` that were given."""
    return {name: options[name] for name in NAMES if options.get(name) is not None}


def _rate(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ArgumentTypeError("a whole number from 0 to 99999")
    return int(text)
