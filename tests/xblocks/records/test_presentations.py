"""What was shown to whom: appended once, told by learner and bank, and counted."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from xblocks.host import records as host
from xblocks.records import api
from xblocks.records.models import Presentation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


def show(user, items, *, block="block-a", attempt=1, bank="uji@1", pilots=()):
    host.record_presentations(user.pk, block, attempt, bank, items, pilots=pilots, at=NOW)


def test_an_item_is_noted_once_an_attempt(django_user_model):
    """Again changes nothing; what comes later in the same attempt is added."""
    user = django_user_model.objects.create_user("contoh")
    show(user, ["q1", "q2"], pilots=["q2"])
    show(user, ["q2", "q3"])
    rows = Presentation.objects.order_by("item_id")
    assert [(row.item_id, row.pilot, row.bank_id, row.bank_version) for row in rows] == [
        ("q1", False, "uji", "1"),
        ("q2", True, "uji", "1"),
        ("q3", False, "uji", "1"),
    ]


def test_met_items_are_the_learners_own(django_user_model):
    """Of the bank in any version, in any block, but for the attempt going on; nobody else's."""
    user, other = (django_user_model.objects.create_user(name) for name in "ab")
    show(user, ["q1"])
    show(user, ["q2"], block="block-b", bank="uji@2")
    show(user, ["q3"], attempt=2)
    show(user, ["q4"], bank="other@1")
    show(other, ["q5"])
    assert api.met_items(user.pk, "uji") == {"q1", "q2", "q3"}
    assert api.met_items(user.pk, "uji", except_attempt=("block-a", 2)) == {"q1", "q2"}
    assert host.met_items(None, "uji") == frozenset()


def test_items_that_too_many_have_seen(django_user_model, django_assert_num_queries):
    """More than two in five attempts, once there are fifty; asked again within minutes it costs nothing."""
    users = [django_user_model.objects.create(username=f"u{n}") for n in range(50)]
    for n, user in enumerate(users[:49]):
        show(user, ["often"] if n < 21 else ["seldom"] if n < 40 else ["rare"])
    assert api.over_exposed("uji") == frozenset()
    cache.clear()
    show(users[49], ["rare"])
    assert api.over_exposed("uji") == {"often"}
    with django_assert_num_queries(0):
        assert api.over_exposed("uji") == {"often"}
    assert api.over_exposed("other") == frozenset()


def test_shown_items_are_forgotten_with_the_person(django_user_model):
    """They go with identity and answers; those of others stay."""
    user, other = (django_user_model.objects.create_user(name) for name in "ab")
    show(user, ["q1"])
    show(other, ["q1"])
    api.forget_person(user.pk)
    assert Presentation.objects.get().user == other
