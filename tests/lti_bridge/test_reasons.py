"""Every reason that the code can give is known, and is said in the reader's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3.exceptions
from django.utils.translation import override

import lti_bridge
from lti_bridge.reasons import _PHRASES, _read, told

ROOT = Path(lti_bridge.__file__).parent
GIVE_REASONS = {
    *("TransientError", "AmbiguousError", "ConflictError", "BlockedError", "RejectedError"),
    *("UnreadableError", "NotKeptError", "BadReplyError"),
    *("UrlNotAllowedError", "NoConnectionError", "InterruptedExchangeError", "BadResponseError"),
}
# Names under which a reason waits until it is given.
HOLD_REASONS = {"message", "problem"}
# Whose addresses a person types in: there the answer is for that person, in words of the form's own. Commands
# repeat reasons, and give none.
ELSEWHERE = {"addresses.py", "management"}


def texts(node: ast.expr) -> Iterator[str]:
    """Return what a text in the source can be, with ``x`` for what only running tells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "x"
            for part in node.values
        )
    elif isinstance(node, ast.BinOp):
        yield "".join(next(texts(side), "x") for side in (node.left, node.right))
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def reasons() -> set[str]:
    """Return each literal reason of the bridge's source."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        if ELSEWHERE & {*path.relative_to(ROOT).parts}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and HOLD_REASONS & {getattr(node.targets[0], "id", "")}:
                found.update(texts(node.value))
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in GIVE_REASONS and node.args:
                found.update(texts(node.args[0]))
            elif name == "refusal":
                found.update(texts(node.args[1]))
            elif name == "pages":
                found.update(
                    text for word in node.keywords if word.arg == "what" for text in texts(word.value)
                )
    return {text for text in found if " " in text}


def test_the_source_is_read() -> None:
    """The other tests look at something."""
    assert {"the platform no longer has the line item", "posting the score"} <= reasons()


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_each_reason_is_said_in_indonesian(reason: str) -> None:
    """A reason that nobody translated would reach an operator in English."""
    with override("id"):
        assert told(reason) != reason


def test_each_phrase_is_given() -> None:
    """A phrase that no code can give any more is dead; only names of a library's errors stand nowhere."""
    given = {_read(reason)[0] for reason in reasons()}
    named = {phrase for phrase in _PHRASES if hasattr(urllib3.exceptions, phrase)}
    assert {*_PHRASES} - given - named == set()


def test_what_is_filled_in_is_told_too_and_the_rest_stays() -> None:
    """A platform's own words and the numbers are passed on as they are."""
    with override("id"):
        assert told("posting the score answered 404") == "pengiriman nilai dijawab 404"
        assert told("no connection to the platform: the certificate is not valid") == (
            "tidak ada sambungan ke sistem kepegawaian: sertifikatnya tidak berlaku"
        )
        assert told("the platform says: failure {0} unsupported") == (
            "sistem kepegawaian menyatakan: failure {0} unsupported"
        )
        assert told("SomethingElse") == "SomethingElse"
        assert told("") == ""
    with override("en"):
        assert told("posting the score answered 404") == "posting the score answered 404"
