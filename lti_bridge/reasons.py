"""Why something was not sent or read, in the reader's language.

Reasons are stored and logged in English, so that equal ones are counted together whoever looks; pages say
them in the reader's language. ``tests/lti_bridge/test_reasons.py`` finds every reason that the code can give.
"""

import re
from functools import cache

from django.utils.translation import gettext

__all__ = ["told"]


def gettext_noop(message: str) -> str:
    """Mark a phrase for the catalogue, as Django's does, which asks for the settings at import."""
    return message


# A field in braces stands for anything; what it holds is told as well, where it is a reason itself.
_PHRASES = (
    # What was being done, and how it was answered (lti_bridge.adapters.exchange.refusal).
    gettext_noop("{what} answered {status}"),
    gettext_noop("{what} answered {status} with an unexpected reply"),
    gettext_noop("posting the score"),
    gettext_noop("reading results"),
    gettext_noop("creating a line item"),
    gettext_noop("listing line items"),
    gettext_noop("reading the roster"),
    gettext_noop("the token endpoint"),
    # The way there.
    gettext_noop("no connection to the platform: {why}"),
    gettext_noop("the exchange with the platform broke: {why}"),
    gettext_noop("the platform's address cannot be used: {why}"),
    gettext_noop("the line item's address cannot be used: {why}"),
    gettext_noop("no access token: {why}"),
    gettext_noop("NewConnectionError"),
    gettext_noop("NameResolutionError"),
    gettext_noop("ConnectTimeoutError"),
    gettext_noop("ReadTimeoutError"),
    gettext_noop("TimeoutError"),
    gettext_noop("ProtocolError"),
    gettext_noop("TLS failed"),
    gettext_noop("the certificate is not valid"),
    gettext_noop("the reply is too large"),
    gettext_noop("longer than two thousand characters"),
    gettext_noop("not an http(s) URL"),
    gettext_noop("user info in a URL"),
    gettext_noop("plain http; https is needed"),
    gettext_noop("a link-local address"),
    # What replies hold.
    gettext_noop("{what} does not end"),
    gettext_noop("the {relation} page lies at another origin"),
    gettext_noop("the next page has no valid address"),
    gettext_noop("the list of results"),
    gettext_noop("the list of line items"),
    gettext_noop("the list of line items is no JSON"),
    gettext_noop("the list of line items is no list"),
    gettext_noop("the results are no JSON"),
    gettext_noop("the results are no list"),
    gettext_noop("the reply is not JSON"),
    gettext_noop("the outcome service's reply cannot be used: {why}"),
    gettext_noop("the reply is no XML"),
    gettext_noop("the reply carries a document type"),
    gettext_noop("the reply has no codeMajor that the standard knows"),
    gettext_noop("the reply has several {name}"),
    gettext_noop("the reply's score is no number"),
    gettext_noop("the reply's score is more than 1"),
    gettext_noop("the token endpoint's reply holds no bearer token"),
    # What the platform will not have.
    gettext_noop("the platform says: {said}"),
    gettext_noop("the token endpoint says {code}"),
    gettext_noop("the token endpoint does not know this tool"),
    gettext_noop("the platform refuses a fresh access token"),
    gettext_noop("the platform holds an equal or newer timestamp"),
    gettext_noop("the platform does not accept our signature"),
    gettext_noop("the platform does not let us post scores"),
    gettext_noop("the platform does not let us create line items"),
    gettext_noop("the platform does not let us list line items"),
    gettext_noop("the platform does not let us read results"),
    gettext_noop("the platform does not let us read the roster"),
    gettext_noop("the platform lets us read nobody's result"),
    gettext_noop("the platform no longer has the line item"),
    gettext_noop("the platform no longer has the list of line items"),
    gettext_noop("the platform created a line item and does not list it"),
    # What the launch, or our own side, does not give.
    gettext_noop("the launch grants no permission to post scores"),
    gettext_noop("the launch grants no permission to read results"),
    gettext_noop("the launch grants no line item for this kind of report"),
    gettext_noop("the launch grants no outcome service"),
    gettext_noop("the launch named no result of this person (lis_result_sourcedid)"),
    gettext_noop("LTI 1.1 has no column for this kind of report"),
    gettext_noop("there is one column, for the grade"),
    gettext_noop("no secret is shared with the platform"),
    gettext_noop("the secret shared with the platform cannot be read"),
    gettext_noop("the HR system is not in use"),
    gettext_noop("another worker is creating the line item"),
    gettext_noop("the list of line items has moved meanwhile"),
    gettext_noop("unexpected {name} while sending"),
    # Rosters.
    gettext_noop("the roster is no JSON"),
    gettext_noop("the roster has no list of members"),
    gettext_noop("the roster does not end"),
    gettext_noop("the roster is longer than any course's"),
    gettext_noop("the roster took too long to read"),
    gettext_noop("the next page lies at another origin"),
    gettext_noop("{count} without a usable identifier"),
)


def told(reason: str) -> str:
    """Return the reason in the reader's language; what is not ours, such as a platform's own words, stays."""
    phrase, fields = _read(reason)
    return gettext(phrase).format(**{name: told(value) for name, value in fields}) if phrase else reason


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each phrase with a field, and what matches it."""
    return tuple(
        (phrase, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(phrase)), re.DOTALL))
        for phrase in sorted(_PHRASES, key=len, reverse=True)
        if "{" in phrase
    )


def _read(reason: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the phrase that the reason is made of, with its fields; an empty one where it is not ours."""
    if reason in _PHRASES:
        return reason, ()
    for phrase, pattern in _patterns():
        if found := pattern.fullmatch(reason):
            return phrase, tuple(found.groupdict().items())
    return "", ()
