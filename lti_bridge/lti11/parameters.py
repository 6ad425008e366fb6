"""The parameters of a form that was posted, each once, exactly as they were signed.

Pure. Django's QueryDict keeps the last of several values and mends broken text, and so would check another
message than the one that was signed.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from django.utils.translation import gettext_lazy as _

from lti_bridge.launch.errors import MalformedLaunchError

__all__ = ["FORM", "read_parameters"]

FORM = "application/x-www-form-urlencoded"
BODY_LIMIT = 64 * 1024
MOST_PARAMETERS = 250


def read_parameters(body: bytes, query: str) -> Mapping[str, str]:
    """Return the parameters of body and query; raises MalformedLaunchError.

    Both are UTF-8. A name that occurs twice is refused: which value counts would be a guess.
    """
    if len(body) > BODY_LIMIT:
        raise MalformedLaunchError("body", _("The launch message is too large."))
    try:
        pairs = [
            pair
            for text in (query, body.decode("ascii"))
            for pair in parse_qsl(
                text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
            )
        ]
    except ValueError as error:
        raise MalformedLaunchError("body", _("The launch message has no valid form.")) from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedLaunchError("body", _("The launch message names a parameter twice."))
    if any("\x00" in name or "\x00" in value for name, value in pairs):
        raise MalformedLaunchError("body", _("The launch message has no valid form."))
    return found
