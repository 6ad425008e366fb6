"""Who uses the administration of records, and what is measured there."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from . import simulated


@pytest.fixture
def staff(db: None) -> Callable[..., Client]:
    """A client of a staff account that has the permissions named, and no other."""

    def sign_in(*permissions: str, name: str = "petugas") -> Client:
        user = get_user_model().objects.create_user(name, is_staff=True)
        found = Permission.objects.filter(
            content_type__app_label="kapasitas_records", codename__in=permissions
        )
        assert found.count() == len(permissions), permissions
        user.user_permissions.set(found)
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def measured(db: None) -> SimpleNamespace:
    """A bank of 12 items, 120 learners who answered them, and a calibration in use."""
    found, given, ids, calibration = simulated.world()
    return SimpleNamespace(truths=found, given=given, ids=ids, calibration=calibration)
