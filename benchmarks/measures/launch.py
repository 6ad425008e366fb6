"""Verifying a launch: our checks of an id_token against a bare decode by PyJWT."""

import json
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from benchmarks.frame import Contestant, Figure, medians_ms
from benchmarks.rig import SCOPES, fresh_var

ISSUER, CLIENT = "https://simpeg.example", "kapasitas"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
BARE = "PyJWT: decode with the key at hand"


def claims() -> dict[str, Any]:
    """Return the claims of a launch such as the demo SIMPEG sends."""
    now = int(datetime.now(UTC).timestamp())
    return {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "d0f1c7ac-2f0d-4c34-a8f0-6c4f7f2cbb1e",
        "iat": now,
        "exp": now + 300,
        "nonce": "n" * 43,
        CLAIM + "message_type": "LtiResourceLinkRequest",
        CLAIM + "version": "1.3.0",
        CLAIM + "deployment_id": "1",
        CLAIM + "target_link_uri": "https://kapasitas.example/lti/resource/course-v1:Kapasitas+PEM101+2026",
        CLAIM + "resource_link": {"id": "tautan-1"},
        CLAIM + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        CLAIM + "context": {"id": "diklat-1"},
        CLAIM + "custom": {
            "nip": "199001012015011000",
            "name": "Contoh Camat Demo",
            "office_code": "99.71.01",
            "office_name": "Kecamatan Contoh Utara",
            "post": "Camat",
        },
        CLAIM + "launch_presentation": {"locale": "id-ID", "return_url": ISSUER + "/kembali"},
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
            "scope": list(SCOPES),
            "lineitems": ISSUER + "/line_items",
        },
    }


def measure() -> list[Figure]:
    """Return the time of signature, envelope and claims together; the key set is in the cache."""
    with fresh_var("standalone.site_settings"):
        from lti_bridge.http import Response
        from lti_bridge.launch import keysets
        from lti_bridge.launch.claims import check_envelope, read_launch

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        jwk = {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": "kunci-1", "use": "sig"}
        token = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "kunci-1"})
        key_set = Response(status=200, headers={}, body=json.dumps({"keys": [jwk]}).encode())

        def ours() -> None:
            found = keysets.verified_claims(token, ISSUER + "/jwks")
            check_envelope(found, issuer=ISSUER, client_id=CLIENT, now=datetime.now(UTC))
            read_launch(found)

        def bare() -> None:
            jwt.decode(token, key.public_key(), algorithms=["RS256"], audience=CLIENT, issuer=ISSUER)

        with mock.patch.object(keysets, "fetch", lambda *_, **__: key_set):
            ms = medians_ms(
                {BARE: Contestant(act=bare, calls=20), "ours": Contestant(act=ours, calls=20)}, rounds=30
            )
    return [
        Figure(
            benchmark="launch",
            measured="id_token verified and read",
            value=ms["ours"],
            unit="ms",
            against=BARE,
            reference=ms[BARE],
            target=5,
        )
    ]
