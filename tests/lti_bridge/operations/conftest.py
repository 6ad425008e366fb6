"""Operators with and without permission, and an HR system with some trouble."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from lti_bridge.models import DeliveryState, Platform
from tests.lti_bridge.fakes import OTHER_COURSE, make_enrolment

from .rows import attempt, delivery

REFUSAL = "posting the score answered 404"


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["django_language"] = "en"


def staff(name: str, *permissions: str):
    user = get_user_model().objects.create_user(username=name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    assert user.user_permissions.count() == len(permissions)
    return user


@pytest.fixture
def operator(db):
    """May do everything on the operators' pages, and no more."""
    return staff(
        "operator", "view_delivery", "change_delivery", "change_reporttarget", "change_platform",
        "view_operatoraction", "view_discrepancy", "change_discrepancy",
    )  # fmt: skip


@pytest.fixture
def onlooker(db):
    """May look at deliveries only."""
    return staff("onlooker", "view_delivery")


@pytest.fixture
def trouble(db):
    """Two that were refused, one that waits, one blocked at another target; the system is left alone."""
    url = "https://simpeg.example.test"
    one, two = make_enrolment(url), make_enrolment(url, sub="orang-8")
    other = make_enrolment(url, sub="orang-9", course_key=OTHER_COURSE, link="tautan-2")
    refused = [delivery(one), delivery(two)]
    for row in refused:
        attempt(row, REFUSAL)
    waiting = delivery(one, DeliveryState.PENDING, kind="completion", value=1, maximum=1)
    other.target.blocked_reason = "the token endpoint says invalid_client"
    other.target.save()
    blocked = delivery(other, DeliveryState.BLOCKED)
    attempt(delivery(other, DeliveryState.DELIVERED, kind="completion", value=1, maximum=1))
    Platform.objects.update(
        circuit_open_until=timezone.now() + timedelta(minutes=10), circuit_reason="5 failures in a row"
    )
    return SimpleNamespace(
        refused=refused,
        waiting=waiting,
        blocked=blocked,
        target=other.target,
        platform=Platform.objects.get(),
        one=one,
    )
