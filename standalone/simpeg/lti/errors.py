"""Why the platform refuses; the class decides the answer.

::

    LtiError
    ├── LoginError        a launch that cannot go on; a page for the person at the browser
    ├── TokenError        the token endpoint, RFC 6749 section 5.2
    │   └── KeySetUnavailableError   the key set cannot be asked now; the request may succeed later
    └── ServiceError      AGS and NRPS, by HTTP status

Token and service messages are read by developers of tools and stay in English; login messages are
read by officials and are translated.
"""

__all__ = ["KeySetUnavailableError", "LoginError", "LtiError", "ServiceError", "TokenError"]


class LtiError(Exception):
    """The platform refuses a request."""


class LoginError(LtiError):
    """An authentication request is wrong. ``code`` is from OpenID Connect Core 3.1.2.6.

    ``returnable``: client and redirect URI are known to be right, so the error may be sent there.
    """

    def __init__(self, code: str, message: str, *, returnable: bool = True) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.returnable = returnable


class TokenError(LtiError):
    """A token request is refused; invalid_client answers 401, all else 400 (RFC 6749, 5.2)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = 401 if code == "invalid_client" else 400


class KeySetUnavailableError(TokenError):
    """Whether the assertion is right cannot be known now: 503, to be tried again."""

    def __init__(self, message: str) -> None:
        super().__init__("temporarily_unavailable", message)
        self.status = 503


class ServiceError(LtiError):
    """A service call is refused with an HTTP status."""

    def __init__(self, status: int, message: str, *, challenge: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        # Of WWW-Authenticate, RFC 6750 section 3.
        self.challenge = challenge
