"""Whether a launch was signed by who shares a secret with us, and is new.

OAuth 1.0 (RFC 5849) with HMAC-SHA1, as LTI 1.1 (section 4) prescribes. The signature proves the sender, the
timestamp bounds for how long a copy is of use, and the nonce makes each copy useless.
"""

import base64
import hashlib
import hmac
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature as rfc5849

from lti_bridge.launch.errors import (
    MalformedLaunchError,
    RefusedLaunchError,
    StaleLoginError,
    UntrustedLaunchError,
)
from lti_bridge.launch.expiry import forget_expired
from lti_bridge.models import LtiVersion, OneTimeNonce, Platform
from lti_bridge.models.digests import digest
from lti_bridge.secrets_at_rest import UnreadableSecretError, encrypt, shared_secret

__all__ = ["LEEWAY", "verified_platform"]

log = logging.getLogger(__name__)

LEEWAY = timedelta(minutes=5)
# Kept a little longer than the timestamp can be accepted: the clocks of web servers differ.
SPARE = timedelta(minutes=1)
IDENTIFIER_LIMIT = 255
# The body of a form is signed by its parameters; a hash that is sent all the same is that of no body.
HASH_OF_NOTHING = base64.b64encode(hashlib.sha1(b"", usedforsecurity=False).digest()).decode()


def verified_platform(parameters: Mapping[str, str], *, urls: Iterable[str], now: datetime) -> Platform:
    """Return the platform that signed the parameters, and use their nonce up; commits.

    ``urls`` are the ways in which the platform may have written the address that was posted to. Raises
    MalformedLaunchError, UntrustedLaunchError, StaleLoginError (a nonce for the second time), and
    RefusedLaunchError for a platform that is not in use.
    """
    _check_method(parameters)
    stamped = _timestamp(parameters)
    nonce = _required(parameters, "oauth_nonce")
    platform = _signer(parameters, tuple(urls))
    # Said only to who has proved to be the platform.
    if abs(now - stamped) > LEEWAY:
        raise UntrustedLaunchError(
            "oauth_timestamp", _("The launch is too old, or the clocks of the two systems differ.")
        )
    _use_up(platform, nonce, until=stamped + LEEWAY + SPARE, now=now)
    if not platform.enabled:
        raise RefusedLaunchError("oauth_consumer_key", _("This HR system is not in use here at present."))
    return platform


def _check_method(parameters: Mapping[str, str]) -> None:
    if _required(parameters, "oauth_signature_method") != "HMAC-SHA1":
        raise UntrustedLaunchError(
            "oauth_signature_method", _("The launch is signed by a method that is not accepted.")
        )
    # Optional, and "1.0" where it is there (RFC 5849, 3.1).
    if parameters.get("oauth_version", "1.0") != "1.0":
        raise MalformedLaunchError("oauth_version", _("The launch is not signed by OAuth 1.0."))
    if parameters.get("oauth_body_hash", HASH_OF_NOTHING) != HASH_OF_NOTHING:
        raise UntrustedLaunchError("oauth_body_hash", _("The launch message was changed on its way."))


def _required(parameters: Mapping[str, str], name: str) -> str:
    value = parameters.get(name, "")
    if not value.strip() or len(value) > IDENTIFIER_LIMIT or not value.isprintable():
        raise MalformedLaunchError(
            name,
            # Translators: %(claim)s is the technical name of a field, such as "sub"
            _("The launch lacks “%(claim)s”, or it has no valid form.") % {"claim": name},
        )
    return value


def _timestamp(parameters: Mapping[str, str]) -> datetime:
    text = _required(parameters, "oauth_timestamp")
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise UntrustedLaunchError("oauth_timestamp", _("The launch carries a time that does not exist."))
    return datetime.fromtimestamp(int(text), UTC)


def _signer(parameters: Mapping[str, str], urls: tuple[str, ...]) -> Platform:
    key, signature = _required(parameters, "oauth_consumer_key"), _required(parameters, "oauth_signature")
    # Issuers are empty with LTI 1.1, so that no registration of LTI 1.3 has such a digest.
    known = Platform.objects.filter(key_digest=digest("", key), lti_version=LtiVersion.V1_1).first()
    # An unknown key is worked on like a known one, so that the time tells nobody which keys there are.
    nobody = Platform(pk=0, encrypted_secret=encrypt("a secret that nobody shares with us"))
    signer = known if known is not None and known.encrypted_secret else nobody
    try:
        secret = shared_secret(signer)
    except UnreadableSecretError as error:
        log.exception("LTI 1.1: the secret shared with platform %s cannot be read", signer.pk)
        raise RefusedLaunchError(
            "secret", _("The learning site cannot read the secret that it shares with the HR system.")
        ) from error
    is_genuine = _is_signed(parameters, urls, secret, signature)
    if is_genuine and known is not None and signer is known:
        return known
    if signer is nobody:
        log.warning("LTI 1.1: no platform with this consumer key and a secret is registered")
    else:
        _explain(parameters, urls, secret, signature)
    raise UntrustedLaunchError(
        "oauth_signature",
        _("The consumer key is not known here, or the signature of the launch is not right."),
    )


def _is_signed(parameters: Mapping[str, str], urls: tuple[str, ...], secret: str, signature: str) -> bool:
    signed = [(name, value) for name, value in parameters.items() if name != "oauth_signature"]
    client = Client("", client_secret=secret)
    normalised = rfc5849.normalize_parameters(signed)
    found = [
        rfc5849.sign_hmac_sha1_with_client(
            rfc5849.signature_base_string("POST", rfc5849.base_string_uri(url), normalised), client
        )
        for url in urls
    ]
    return any(hmac.compare_digest(one.encode(), signature.encode()) for one in found)


def _explain(parameters: Mapping[str, str], urls: tuple[str, ...], secret: str, signature: str) -> None:
    """Log what the signature was checked against; raise where the scheme alone is the reason.

    The usual trap: a proxy takes https, and does not tell the site, which then takes itself for http.
    """
    log.warning("LTI 1.1: the signature does not fit; it was checked against %s", " and ".join(urls))
    others = {"https": "http", "http": "https"}
    turned = tuple(others[scheme] + rest for scheme, rest in (_scheme_and_rest(url) for url in urls))
    if _is_signed(parameters, turned, secret, signature):
        raise UntrustedLaunchError(
            "oauth_signature (scheme)",
            _(
                "The launch is signed for “%(signed)s”, and arrived here as “%(arrived)s”: the proxy before "
                "the learning site does not say that the connection is encrypted, or the HR system has the "
                "address with the wrong beginning."
            )
            % {"signed": turned[0], "arrived": urls[0]},
            _("Ask the administrator of the learning site to set SECURE_PROXY_SSL_HEADER."),
        )


def _scheme_and_rest(url: str) -> tuple[str, str]:
    scheme, colon, rest = url.partition(":")
    return scheme, colon + rest


def _use_up(platform: Platform, nonce: str, *, until: datetime, now: datetime) -> None:
    """Keep the nonce; of two launches with the same one, the second is refused by the unique index."""
    forget_expired(OneTimeNonce, now)
    try:
        with transaction.atomic():
            OneTimeNonce.objects.create(platform=platform, nonce_digest=digest(nonce), expires_at=until)
    except IntegrityError as error:
        raise StaleLoginError("oauth_nonce", _("This launch was already used once.")) from error
