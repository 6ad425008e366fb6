"""The bridge against a platform that misbehaves in every way it knows, over real HTTP.

Each fault comes once, in the middle of a delivery; then the platform behaves. What must follow: the attempt
is settled as the error says, the delivery arrives in the end, it took effect under one timestamp, and
nothing that was written down names the person or holds the token.
"""

import gc
import logging
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from benchmarks.chaos.run import let_time_pass
from benchmarks.hostile import service as hostile_service
from benchmarks.hostile.faults import MIX, Endpoint, Fault, Script
from benchmarks.hostile.memory import Memory, Rule, Taken
from benchmarks.hostile.service import Platform
from benchmarks.hostile.wire import serving
from lti_bridge import http, keys
from lti_bridge.api import note_progress
from lti_bridge.models import Delivery, DeliveryAttempt, Enrolment, ReportTarget
from lti_bridge.models import Platform as Registered
from lti_bridge.outbox import unblock

from .fakes import COURSE, make_enrolment

# The person's id at the platform: to be found nowhere but in the account and on the wire.
PERSON = "orang-rahasia-7"
BYTES_AT_MOST = 18_000_000
AGAIN = {"retry", "ambiguous"}


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def platform(settings, tmp_path, script, monkeypatch) -> Iterator[Platform]:
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    settings.KAPASITAS_LTI_SENDS_PER_SECOND = 0
    monkeypatch.setattr(http, "READ_TIMEOUT_S", 1)
    monkeypatch.setattr(http, "TOTAL_TIMEOUT_S", 2)
    memory = Memory(tmp_path / "platform.sqlite3")
    with serving(Platform(memory=memory, faults=script, slow_s=0.05, keeps_requests=True)) as served:
        yield served
    memory.close()


@pytest.fixture
def learner(db, host, platform) -> Enrolment:
    """A learner with 85.5 points who has not completed the course: one delivery is due."""
    enrolment = make_enrolment(platform.url, sub=PERSON)
    ReportTarget.objects.update(lineitems_url=platform.url + "/c/0/lineitems")
    change(host, enrolment, "0.855")
    # Long enough ago that a newer timestamp is none of the future.
    Delivery.objects.update(event_time=timezone.now() - timedelta(hours=1))
    return enrolment


def change(host, enrolment: Enrolment, grade: str) -> None:
    host.set_progress(enrolment.account.user_id, completed_blocks=1, grade=Decimal(grade))
    note_progress(enrolment.account.user_id, COURSE)


def deliver() -> None:
    """Send what is due now, as an operator would by hand; bring forward what waits before."""
    let_time_pass(60)
    call_command("deliver", "--once", verbosity=0)


def deliver_until_settled() -> None:
    for _ in range(12):
        if not Delivery.objects.filter(state__in=("pending", "in_flight")).exists():
            return
        deliver()
    raise AssertionError(list(DeliveryAttempt.objects.values_list("outcome", "error_class", "message")))


def last_attempt() -> DeliveryAttempt:
    found = DeliveryAttempt.objects.order_by("pk").last()
    assert found is not None
    return found


def effects(platform: Platform) -> list[tuple[Decimal, str]]:
    return [
        (entry.score, entry.timestamp.isoformat())
        for entry in platform.memory.journal()
        if entry.taken == Taken.EFFECT
    ]


@contextmanager
def nothing_told(caplog, platform: Platform) -> Iterator[None]:
    """What is logged and recorded meanwhile names no person and holds no token."""
    caplog.set_level(logging.INFO)
    yield
    recorded = " ".join(DeliveryAttempt.objects.values_list("message", flat=True))
    told = caplog.text + recorded + " ".join(ReportTarget.objects.values_list("blocked_reason", flat=True))
    assert PERSON not in told
    tokens = [asked.headers.get("authorization", "").removeprefix("Bearer ") for asked in platform.asked]
    assert not [token for token in tokens if token and token in told]


READS_THROUGH = {Fault.SLOW, Fault.OLD_HTTP, Fault.LISTED_TWICE, Fault.CREATED_TWICE, Fault.STALE_TOKEN}
# A score that was taken with a 2xx is taken, whatever the body says.
TAKEN_ANYHOW = READS_THROUGH | {
    Fault.DRIP,
    Fault.SHORT_LENGTH,
    Fault.WRONG_TYPE,
    Fault.NOT_JSON,
    Fault.DEEP_JSON,
    Fault.NAN,
    Fault.HUGE_NUMBER,
}
SURELY_NOT = {
    Fault.UNAVAILABLE,
    Fault.RATE_LIMITED,
    Fault.RATE_LIMITED_DATE,
    Fault.RATE_LIMITED_LONG,
    Fault.REDIRECT_PRIVATE,
    Fault.REDIRECT_SELF,
}
IN_DOUBT = {
    Fault.ACK_LOST,
    Fault.RESET_BEFORE,
    Fault.RESET_AFTER,
    Fault.HALF_OPEN,
    Fault.LATE,
    Fault.TRUNCATED,
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.BAD_GATEWAY,
    Fault.UNAVAILABLE_BARE,
    Fault.HUGE,
    Fault.BOMB,
}


@pytest.mark.every_database
@pytest.mark.parametrize("rule", list(Rule), ids=str)
@pytest.mark.parametrize(
    "fault", sorted(TAKEN_ANYHOW - {Fault.LISTED_TWICE, Fault.CREATED_TWICE} | SURELY_NOT | IN_DOUBT), ids=str
)
def test_a_fault_while_a_score_is_posted(platform, learner, script, caplog, fault, rule) -> None:
    """Taken, surely not taken, or in doubt: whichever it is, the score takes effect once."""
    platform.rule = rule
    script.lists[Endpoint.SCORE] = [fault]
    with nothing_told(caplog, platform):
        deliver()
        outcome = "delivered" if fault in TAKEN_ANYHOW else "retry" if fault in SURELY_NOT else "ambiguous"
        assert last_attempt().outcome == outcome
        deliver_until_settled()
    assert Delivery.objects.get().state == "delivered"
    ((score, _timestamp),) = effects(platform)
    assert score == Decimal("85.50")


LIST_FAULTS = sorted(
    {
        *MIX[Endpoint.LIST],
        Fault.HUGE,
        Fault.BOMB,
        Fault.WRONG_TYPE,
        Fault.HUGE_NUMBER,
        Fault.RATE_LIMITED_LONG,
    }
    - {Fault.DRIP}
)


@pytest.mark.parametrize("fault", LIST_FAULTS, ids=str)
def test_a_fault_while_line_items_are_listed(platform, learner, script, caplog, fault) -> None:
    """Nothing is created or posted on the strength of a list that is not one; the next try does it all."""
    script.lists[Endpoint.LIST] = [fault]
    with nothing_told(caplog, platform):
        deliver()
        if fault in READS_THROUGH:
            assert last_attempt().outcome == "delivered"
        else:
            assert last_attempt().outcome in AGAIN
            assert effects(platform) == []
        deliver_until_settled()
    assert len(effects(platform)) == 1
    assert len(platform.memory.line_items()) == 1


@pytest.mark.parametrize("fault", sorted(set(MIX[Endpoint.CREATE])), ids=str)
def test_a_fault_while_the_line_item_is_created(platform, learner, script, caplog, fault) -> None:
    """However often the platform makes the column, one of them is used, and looked for before it is made."""
    script.lists[Endpoint.CREATE] = [fault]
    with nothing_told(caplog, platform):
        deliver()
        deliver_until_settled()
    assert len(effects(platform)) == 1
    assert len(platform.memory.line_items()) == (2 if fault == Fault.CREATED_TWICE else 1)


TOKEN_FAULTS = sorted(
    {
        *MIX[Endpoint.TOKEN],
        Fault.HUGE,
        Fault.BOMB,
        Fault.WRONG_TYPE,
        Fault.DEEP_JSON,
        Fault.HUGE_NUMBER,
        Fault.NAN,
    }
)


@pytest.mark.parametrize("fault", TOKEN_FAULTS, ids=str)
def test_a_fault_of_the_token_endpoint(platform, learner, script, caplog, fault) -> None:
    """Nothing was sent, so nothing is in doubt; the target is not blocked by what passes."""
    script.lists[Endpoint.TOKEN] = [fault]
    with nothing_told(caplog, platform):
        deliver()
        expected = "delivered" if fault in READS_THROUGH else "retry"
        assert last_attempt().outcome == expected
        deliver_until_settled()
    assert len(effects(platform)) == 1
    assert ReportTarget.objects.get().blocked_reason == ""


RESULT_FAULTS = sorted(
    {*MIX[Endpoint.RESULTS], Fault.HUGE, Fault.BOMB, Fault.WRONG_TYPE, Fault.HUGE_NUMBER, Fault.RESULTS_BARE}
    | {Fault.PAGES_ELSEWHERE, Fault.GONE} - {Fault.DRIP}
)


@pytest.mark.parametrize("fault", RESULT_FAULTS, ids=str)
@pytest.mark.parametrize("before", [Fault.ACK_LOST, Fault.RESET_BEFORE], ids=["arrived", "not arrived"])
def test_a_fault_while_a_result_is_read_back(platform, learner, script, caplog, before, fault) -> None:
    """What may have arrived is read back before anything else, and a reading that failed proves nothing."""
    script.lists[Endpoint.SCORE] = [before]
    deliver()
    script.lists[Endpoint.RESULTS] = [fault]
    with nothing_told(caplog, platform):
        deliver_until_settled()
    if fault == Fault.GONE:
        # No line item any more: nobody can deliver this; an operator decides.
        assert Delivery.objects.get().state in ("dead", "delivered")
        return
    assert Delivery.objects.get().state == "delivered"
    assert len(effects(platform)) == 1


def test_a_silent_platform_is_left_by_us(platform, learner, script) -> None:
    """The connection stays open for a minute and nothing comes: we go first."""
    script.lists[Endpoint.SCORE] = [Fault.HALF_OPEN]
    deliver()
    assert "silence outlasted" not in platform.memory.counts()
    assert last_attempt().outcome == "ambiguous"


@pytest.mark.parametrize("fault", [Fault.DRIP, Fault.DRIP_HEAD], ids=str)
def test_a_reply_that_drips_is_bounded_as_a_whole(platform, learner, script, monkeypatch, fault) -> None:
    """Each byte comes in time, the reply does not: the bound is on all of it."""
    monkeypatch.setattr(http, "TOTAL_TIMEOUT_S", 0.3)
    platform.slow_s = 3.0
    script.lists[Endpoint.SCORE] = [fault]
    deliver()
    assert last_attempt().outcome == "ambiguous"
    deliver_until_settled()
    assert len(effects(platform)) == 1
    # We went first. Asked last: who drips counts after its last drop.
    assert "drip outlasted" not in platform.memory.counts()


@pytest.mark.parametrize("fault", [Fault.HUGE, Fault.BOMB], ids=str)
@pytest.mark.parametrize("endpoint", [Endpoint.LIST, Endpoint.SCORE, Endpoint.TOKEN], ids=str)
def test_memory_is_bounded_whatever_comes(platform, learner, script, endpoint, fault) -> None:
    """Megabytes, packed or not, are cut off before they are in memory."""
    # Made once, before anything is measured: the platform runs in this process.
    hostile_service.bomb()
    script.lists[endpoint] = [fault]
    gc.collect()
    tracemalloc.start()
    try:
        deliver()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert last_attempt().outcome in AGAIN
    assert peak < BYTES_AT_MOST


@pytest.mark.parametrize("fault", [Fault.PAGES_ENDLESS, Fault.PAGES_LOOP], ids=str)
def test_pages_without_end_end(platform, learner, script, fault) -> None:
    """A list whose every page has a next one is given up after a number of pages, each time."""
    script.lists[Endpoint.LIST] = [fault]
    script.repeat = True
    deliver()
    assert last_attempt().outcome == "retry"
    lists = [asked for asked in platform.asked if asked.method == "GET"]
    assert len(lists) <= 200
    assert effects(platform) == []


def test_a_client_that_is_refused_blocks_until_somebody_acts(platform, learner, script, caplog) -> None:
    """No retry helps; the reason stands at the target, and an unblocked target goes on."""
    script.lists[Endpoint.TOKEN] = [Fault.REFUSED_CLIENT]
    with nothing_told(caplog, platform):
        deliver()
    assert Delivery.objects.get().state == "blocked"
    assert "invalid_client" in ReportTarget.objects.get().blocked_reason
    deliver()
    assert DeliveryAttempt.objects.count() == 1
    unblock(ReportTarget.objects.get(), timezone.now())
    deliver_until_settled()
    assert len(effects(platform)) == 1


def test_a_platform_that_remembers_old_keys(host, platform, learner) -> None:
    """We rotate; it still knows the former key only, and refuses. When it looks again, all goes out."""
    published = [keys.public_key_set()]
    platform.tool_keys = lambda: published[-1]
    deliver()
    assert len(effects(platform)) == 1
    keys.create_key()
    published.append(keys.public_key_set())
    # Our token would live on; the next one is signed with the new key.
    cache.clear()
    change(host, learner, "0.9")
    deliver()
    assert Delivery.objects.get(sequence=2).state == "blocked"
    platform.forgets_keys = True
    unblock(ReportTarget.objects.get(), timezone.now())
    deliver_until_settled()
    assert [score for score, _timestamp in effects(platform)] == [Decimal("85.50"), Decimal("90.00")]


def test_a_prepared_key_is_refused_by_nobody(host, platform, learner) -> None:
    """The same platform, which looks at our key set now and then: it did so before the new key signs."""
    keys.public_key_set()
    keys.prepare_key()
    known = keys.public_key_set()
    platform.tool_keys = lambda: known
    deliver()
    signed = keys.rotate_key()
    assert signed.kid in [key["kid"] for key in known["keys"]]
    cache.clear()
    change(host, learner, "0.9")
    deliver()
    assert Delivery.objects.get(sequence=2).state == "delivered"


@pytest.mark.parametrize("skew", [-120, 120], ids=["behind", "ahead"])
def test_a_clock_that_is_minutes_off(platform, learner, script, skew) -> None:
    """Its Date, its dates of Retry-After and its check of our assertion are wrong by two minutes."""
    published = keys.public_key_set()
    platform.skew_s = skew
    platform.tool_keys = lambda: published
    script.lists[Endpoint.SCORE] = [Fault.RATE_LIMITED_DATE]
    deliver()
    assert last_attempt().outcome == "retry"
    assert _waits_until() <= timezone.now() + timedelta(minutes=5)
    deliver_until_settled()
    assert len(effects(platform)) == 1


def test_a_wait_without_end_is_cut(platform, learner, script) -> None:
    """A Retry-After of 30 digits holds back for a day at most."""
    script.lists[Endpoint.SCORE] = [Fault.RATE_LIMITED_LONG]
    deliver()
    now = timezone.now()
    assert now + timedelta(hours=1) < _waits_until() <= now + timedelta(hours=36)


def _waits_until():
    held = [Delivery.objects.get().not_before]
    held += [one for one in Registered.objects.values_list("circuit_open_until", flat=True) if one]
    return max(held)


def test_a_line_item_that_vanished(host, platform, learner, script) -> None:
    """The delivery is given up with a reason, and what comes later looks for the line item anew."""
    script.lists[Endpoint.SCORE] = [Fault.GONE]
    deliver()
    assert Delivery.objects.get().state == "dead"
    assert last_attempt().http_status == 404
    looked = len([asked for asked in platform.asked if asked.path.endswith("/lineitems")])
    change(host, learner, "0.9")
    deliver_until_settled()
    assert len([asked for asked in platform.asked if asked.path.endswith("/lineitems")]) > looked
    assert [score for score, _timestamp in effects(platform)] == [Decimal("90.00")]


def test_a_platform_that_denies_what_it_holds(platform, learner, script) -> None:
    """It refuses the timestamp and shows no result, for ever: the score is sent again under a newer one.

    Nobody can do better with what it says; it settles, and the platform holds the value.
    """
    script.repeat = True
    script.lists[Endpoint.RESULTS] = [Fault.RESULTS_BARE]
    script.lists[Endpoint.SCORE] = [Fault.ACK_LOST, None]
    deliver()
    deliver_until_settled()
    assert Delivery.objects.get().state == "delivered"
    assert {score for score, _timestamp in effects(platform)} == {Decimal("85.50")}


def test_no_address_but_the_platforms_is_called(platform, learner, script, monkeypatch) -> None:
    """Redirects, next pages: whatever it points to, requests go to its own origin only."""
    called: list[str] = []
    fetch = http.fetch

    def noting(method, url, **options):
        called.append(url)
        return fetch(method, url, **options)

    monkeypatch.setattr(http, "fetch", noting)
    script.lists[Endpoint.LIST] = [Fault.PAGES_ELSEWHERE, Fault.REDIRECT_PRIVATE, Fault.REDIRECT_SELF]
    script.lists[Endpoint.SCORE] = [Fault.REDIRECT_PRIVATE]
    script.lists[Endpoint.TOKEN] = [Fault.REDIRECT_PRIVATE]
    deliver_until_settled()
    assert called or platform.asked
    assert all(url.startswith(platform.url + "/") for url in called)
    assert len(effects(platform)) == 1
