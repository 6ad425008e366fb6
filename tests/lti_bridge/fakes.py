"""A host in memory and a platform that signs: what the bridge's tests stand on."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user_model
from django.contrib.auth import login as auth_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm

from lti_bridge.host import Course, CourseProgress, CourseTitle, CourseUnit, UnknownCourseError
from lti_bridge.http import Response
from lti_bridge.models import Deployment, Enrolment, LinkedAccount, Platform, ReportTarget
from lti_bridge.models.digests import digest

COURSE = "course-v1:Kapasitas+PEM+2026"
OTHER_COURSE = "course-v1:Kapasitas+KEU+2026"
BLOCK = "block-v1:Kapasitas+PEM+2026+type@vertical+block@unit1"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
SCOPES = [AGS + "scope/lineitem", AGS + "scope/score", AGS + "scope/result.readonly"]
START = CourseProgress(
    course_key=COURSE,
    required_blocks=4,
    completed_blocks=0,
    grade=Decimal(0),
    passing_grade=Decimal("0.7"),
    started_at=None,
)


class FakeHost:
    """Two courses; what it was told is in class attributes, which ``reset`` empties."""

    enrolled: dict[tuple[int, str], bool] = {}
    awarded: list[tuple[int, str]] = []
    names: dict[int, str] = {}
    states: dict[tuple[int, str], CourseProgress] = {}
    privileged: set[int] = set()
    changed_at: dict[tuple[int, str], datetime] = {}
    titles = {COURSE: "Manajemen Pemerintahan Kecamatan", OTHER_COURSE: "Keuangan Desa"}

    @classmethod
    def reset(cls) -> None:
        cls.enrolled, cls.names, cls.states, cls.awarded = {}, {}, {}, []
        cls.privileged = set()
        cls.changed_at = {}

    @classmethod
    def set_progress(cls, user_id: int, **changes: Any) -> None:
        key = (user_id, changes.get("course_key", COURSE))
        cls.states[key] = replace(cls.states.get(key, START), **changes)
        cls.changed_at[key] = timezone.now()

    def course(self, course_key: str) -> Course:
        if course_key not in self.titles:
            raise UnknownCourseError(course_key)
        return Course(
            course_key=course_key, title=self.titles[course_key], organiser="BPSDM Contoh", lesson_hours=20
        )

    def courses(self) -> list[CourseTitle]:
        return [CourseTitle(course_key=key, title=title) for key, title in self.titles.items()]

    def units(self, course_key: str) -> list[CourseUnit]:
        self.course(course_key)
        return (
            [CourseUnit(usage_key=BLOCK, title="Kewenangan camat", depth=2)] if course_key == COURSE else []
        )

    def is_privileged(self, user_id: int) -> bool:
        user = get_user_model().objects.get(pk=user_id)
        return user.is_staff or user.is_superuser or user_id in self.privileged

    def outranks_launches(self, user_id: int) -> bool:
        return self.is_privileged(user_id)

    def check_block(self, course_key: str, usage_key: str) -> None:
        if usage_key != BLOCK:
            raise UnknownCourseError(usage_key)

    def create_learner(self, *, full_name: str) -> int:
        users = get_user_model().objects
        user = users.create_user(username=f"peserta{users.count() + 1}")
        self.names[user.pk] = full_name
        return user.pk

    def update_learner(self, user_id: int, *, full_name: str) -> None:
        self.names[user_id] = full_name

    def sign_in(self, request: HttpRequest, response: HttpResponse, user_id: int) -> None:
        auth_login(request, get_user_model().objects.get(pk=user_id))

    def enrol(self, user_id: int, course_key: str, *, instructor: bool) -> None:
        self.enrolled[user_id, course_key] = instructor

    def withdraw_instructor(self, user_id: int, course_key: str) -> None:
        self.course(course_key)
        if (user_id, course_key) in self.enrolled:
            self.enrolled[user_id, course_key] = False

    def url(self, course_key: str, usage_key: str | None = None) -> str:
        return f"/course/{course_key}" + (f"/{usage_key}" if usage_key else "")

    def progress(self, user_id: int, course_key: str) -> CourseProgress:
        return self.states.get((user_id, course_key), replace(START, course_key=course_key))

    def learners_with_progress(
        self, course_key: str, *, after_user_id: int, limit: int, since: datetime | None = None
    ) -> list[int]:
        self.course(course_key)
        users = sorted(user for user, key in self.states if key == course_key and user > after_user_id)
        if since is not None:
            users = [user for user in users if self.changed_at.get((user, course_key), since) >= since]
        return users[:limit]

    def completed(self, user_id: int, course_key: str) -> None:
        self.awarded.append((user_id, course_key))


def private_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


_KEY = private_key()


@dataclass
class FakePlatform:
    """Signs launches as a platform does; tests bend its claims."""

    issuer: str = "https://simpeg.example.test"
    client_id: str = "kapasitas"
    deployment_id: str = "1"
    kid: str = "key-1"
    key: rsa.RSAPrivateKey = _KEY
    key_fetches: int = 0
    extra_keys: tuple[dict[str, Any], ...] = ()

    @property
    def key_set_url(self) -> str:
        return self.issuer + "/jwks"

    def jwk(self, kid: str | None = None) -> dict[str, Any]:
        return {
            **json.loads(RSAAlgorithm.to_jwk(self.key.public_key())),
            "kid": kid or self.kid,
            "use": "sig",
        }

    def fetch(self, method: str, url: str, **_ignored: object) -> Response:
        """Take the place of ``lti_bridge.http.fetch`` for the key set."""
        assert (method, url) == ("GET", self.key_set_url)
        self.key_fetches += 1
        keys = {"keys": [self.jwk(), *self.extra_keys]}
        return Response(status=200, headers={}, body=json.dumps(keys).encode())

    def claims(self, nonce: str, target: str) -> dict[str, Any]:
        now = int(timezone.now().timestamp())
        return {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": "orang-7",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            CLAIM + "message_type": "LtiResourceLinkRequest",
            CLAIM + "version": "1.3.0",
            CLAIM + "deployment_id": self.deployment_id,
            CLAIM + "target_link_uri": target,
            CLAIM + "resource_link": {"id": "tautan-1"},
            CLAIM + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
            CLAIM + "context": {"id": "diklat-1"},
            CLAIM + "custom": {
                "nip": "19800101 200501 1 001",
                "name": "Contoh Camat Demo",
                "office_code": "99.01.01",
                "office_name": "Kecamatan Contoh",
                "post": "Camat",
            },
            CLAIM + "launch_presentation": {"locale": "id-ID", "return_url": self.issuer + "/kembali"},
            AGS + "claim/endpoint": {"scope": SCOPES, "lineitems": self.issuer + "/ags/1/lineitems"},
        }

    def register(self) -> Platform:
        """Enter this platform at the bridge, with one deployment and trusted with NIPs."""
        row = Platform.objects.create(
            name="SIMPEG Contoh",
            issuer=self.issuer,
            client_id=self.client_id,
            auth_login_url=self.issuer + "/auth",
            auth_token_url=self.issuer + "/token",
            key_set_url=self.key_set_url,
            trusts_nip=True,
        )
        Deployment.objects.create(platform=row, deployment_id=self.deployment_id)
        return row

    def token(self, claims: dict[str, Any], *, algorithm: str = "RS256", **headers: Any) -> str:
        return jwt.encode(claims, self.key, algorithm=algorithm, headers={"kid": self.kid, **headers})


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def make_enrolment(
    url: str, *, sub: str = "orang-7", course_key: str = COURSE, link: str = "tautan-1", user: Any = None
) -> Enrolment:
    """Return an enrolment at a platform whose services live below the URL."""
    platform, _made = Platform.objects.get_or_create(
        key_digest=digest(url, "kapasitas"),
        defaults={
            "name": "SIMPEG Contoh",
            "issuer": url,
            "client_id": "kapasitas",
            "auth_login_url": url + "/auth",
            "auth_token_url": url + "/token",
            "key_set_url": url + "/jwks",
        },
    )
    deployment, _made = Deployment.objects.get_or_create(
        platform=platform, key_digest=digest("1"), defaults={"deployment_id": "1"}
    )
    target, _made = ReportTarget.objects.get_or_create(
        deployment=deployment,
        key_digest=digest(link, course_key),
        defaults={
            "resource_link_id": link,
            "course_key": course_key,
            "lineitems_url": url + "/lineitems",
            "scopes": SCOPES,
        },
    )
    users = get_user_model().objects
    account, _made = LinkedAccount.objects.get_or_create(
        platform=platform,
        sub_digest=digest(sub),
        defaults={"sub": sub, "user": user or users.create_user(username=f"u{users.count() + 1}")},
    )
    return Enrolment.objects.get_or_create(
        target=target, account=account, defaults={"launched_at": timezone.now()}
    )[0]
