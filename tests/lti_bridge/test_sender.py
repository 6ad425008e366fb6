"""The sender against a strict AGS platform over HTTP: nothing lost, nothing twice in effect."""

import os
import signal
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from urllib.parse import parse_qs

import jwt
import pytest
from django.core.cache import cache, caches
from django.core.management import CommandError, call_command
from django.utils import timezone

from lti_bridge import http, keys
from lti_bridge.adapters.ags import below
from lti_bridge.adapters.exchange import Client, exchange_for
from lti_bridge.adapters.line_items import LOCK, line_item_url
from lti_bridge.api import note_progress
from lti_bridge.delivery.errors import RejectedError, TransientError
from lti_bridge.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    LineItem,
    Platform,
    ReportKind,
    ReportTarget,
)
from lti_bridge.outbox import unblock
from lti_bridge.sender import LEASE, Ending, claim, deliver_next, settle
from lti_bridge.sending import engine
from lti_bridge.sending.attempting import failed
from lti_bridge.sending.claiming import CANDIDATES

from .fakes import COURSE, SCOPES, make_enrolment

pytestmark = pytest.mark.every_database


@pytest.fixture
def finished(host, enrolment):
    """The learner has completed the course with 85.5 points, ten minutes ago."""
    host.set_progress(enrolment.account.user_id, completed_blocks=4, grade=Decimal("0.855"))
    note_progress(enrolment.account.user_id, COURSE)
    earlier = timezone.now() - timedelta(minutes=10)
    Delivery.objects.update(event_time=earlier, not_before=earlier)
    return enrolment


def regrade(host, enrolment, grade: str) -> None:
    host.set_progress(enrolment.account.user_id, completed_blocks=4, grade=Decimal(grade))
    note_progress(enrolment.account.user_id, COURSE)


def deliver_all() -> int:
    count = 0
    while deliver_next(jitter=lambda: 0.0):
        count += 1
        assert count < 50
    return count


def no_jitter() -> float:
    return 0.0


def due_now() -> None:
    """As if every back-off, pause and cool-off had passed."""
    Platform.objects.filter(circuit_open_until__isnull=False).update(circuit_open_until=timezone.now())
    Delivery.objects.filter(state=DeliveryState.PENDING).update(not_before=timezone.now())


def only(kind: str) -> Delivery:
    Delivery.objects.exclude(kind=kind).update(state=DeliveryState.SUPERSEDED)
    return Delivery.objects.get(kind=kind)


def on(method: str, end: str, reply, times: int = 10**6):
    left = [times]

    def fault(call):
        if call.method == method and call.path.endswith(end) and left[0] > 0:
            left[0] -= 1
            return reply
        return None

    return fault


def test_completion_and_grade_arrive_as_two_line_items(ags, finished):
    """Each kind has its own line item, found or created once; numbers arrive as they are printed."""
    assert deliver_all() == 2
    tags = {item["tag"]: path for path, item in ags.line_items.items()}
    assert set(tags) == {"kapasitas-completion", "kapasitas-grade"}
    sent = {item: score for item, score, _body in ags.scores}
    completion, grade = sent[tags["kapasitas-completion"]], sent[tags["kapasitas-grade"]]
    assert (completion["scoreGiven"], completion["scoreMaximum"]) == (Decimal("1.00"), Decimal("1.00"))
    assert (grade["scoreGiven"], grade["scoreMaximum"]) == (Decimal("85.50"), Decimal("100.00"))
    assert (grade["userId"], grade["activityProgress"], grade["gradingProgress"]) == (
        "orang-7",
        "Completed",
        "FullyGraded",
    )
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert list(DeliveryAttempt.objects.values_list("outcome", "http_status")) == [("delivered", None)] * 2


def test_a_second_send_uses_the_line_item_it_knows(ags, host, finished):
    """Line items are looked for once."""
    deliver_all()
    looked = len(ags.requests_to("GET", "/lineitems"))
    regrade(host, finished, "0.9")
    due_now()
    assert deliver_all() == 1
    assert len(ags.requests_to("GET", "/lineitems")) == looked
    assert len(ags.line_items) == 2


def test_a_line_item_that_is_there_is_adopted(ags, finished):
    """Ours is found on any page, and told apart from others by tag and link."""
    for number, (tag, link) in enumerate(
        [("lain", "tautan-1"), ("kapasitas-grade", "tautan-9"), ("kapasitas-grade", "tautan-1")], 1
    ):
        ags.line_items[f"/item/{number}"] = {"tag": tag, "resourceLinkId": link, "scoreMaximum": 100}
    only("grade")
    deliver_all()
    assert [item for item, _score, _body in ags.scores] == ["/item/3"]
    assert len(ags.line_items) == 3


def test_of_two_line_items_all_workers_take_the_same(ags, finished):
    """Whatever order a platform lists them in: else a second worker would see no result of the first."""
    for path in ("/item/10", "/item/9"):
        ags.line_items[path] = {"tag": "kapasitas-grade", "resourceLinkId": "tautan-1", "scoreMaximum": 100}
    only("grade")
    deliver_all()
    assert [item for item, _score, _body in ags.scores] == ["/item/9"]


def test_a_line_item_is_created_by_one_worker_at_a_time(ags, finished):
    """Who does not get the lock comes back later; no second line item appears."""
    only("grade")
    ReportTarget.objects.update(line_item_lock_until=timezone.now() + timedelta(minutes=1))
    deliver_all()
    assert ags.line_items == {}
    assert Delivery.objects.get(kind="grade").state == DeliveryState.PENDING
    ReportTarget.objects.update(line_item_lock_until=None)
    due_now()
    deliver_all()
    assert len(ags.line_items) == 1
    assert ReportTarget.objects.get().line_item_lock_until is None


def test_the_token_is_asked_for_once_and_signed_by_us(ags, finished):
    """One token serves many calls; the assertion names us, the endpoint, and is good once."""
    deliver_all()
    (call,) = ags.requests_to("POST", "/token")
    form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
    assert form["grant_type"] == "client_credentials"
    assert set(form["scope"].split()) == set(SCOPES)
    key = jwt.PyJWK(keys.public_key_set()["keys"][0])
    claims = jwt.decode(
        form["client_assertion"], key, algorithms=["RS256"], audience=ags.url + "/token", issuer="kapasitas"
    )
    assert claims["sub"] == "kapasitas"
    assert claims["exp"] - claims["iat"] <= 300
    assert claims["jti"]


def test_two_clients_of_one_issuer_never_share_a_token(ags, finished):
    """The cache key holds issuer, client, endpoint and scopes."""
    one = Client(issuer="i", client_id="a", token_url="u", scopes=("s", "t"))
    others = [
        Client(issuer="j", client_id="a", token_url="u", scopes=("s", "t")),
        Client(issuer="i", client_id="b", token_url="u", scopes=("s", "t")),
        Client(issuer="i", client_id="a", token_url="v", scopes=("s", "t")),
        Client(issuer="i", client_id="a", token_url="u", scopes=("s",)),
    ]
    assert len({client.cache_key() for client in [one, *others]}) == 5
    assert one.cache_key() == Client(issuer="i", client_id="a", token_url="u", scopes=("t", "s")).cache_key()


def test_a_refused_token_is_renewed_once(ags, host, finished):
    """A token that the platform has forgotten is replaced within the same attempt."""
    deliver_all()
    ags.valid_tokens.clear()
    regrade(host, finished, "0.9")
    due_now()
    assert deliver_all() == 1
    assert ags.tokens_given == 2
    assert Delivery.objects.filter(kind="grade").latest("sequence").state == DeliveryState.DELIVERED


@pytest.mark.parametrize(
    ("lifetime", "is_kept"),
    [(text, True) for text in ("3600", '"3600"', "3600.0", "null", '"soon"', "1e9999999")]
    + [(text, False) for text in ("0", "-1", "-" + "9" * 400)],
)
def test_a_token_is_kept_however_its_life_is_written(ags, finished, lifetime, is_kept):
    """Two deliveries, each by an exchange of its own; platforms throttle who asks for each anew."""
    reply = f'{{"access_token": "t1", "token_type": "Bearer", "expires_in": {lifetime}}}'
    ags.valid_tokens.add("t1")
    ags.fault = on("POST", "/token", (200, {}, reply.encode()))
    assert deliver_all() == 2
    assert (len(ags.requests_to("POST", "/token")) == 1) is is_kept


def test_a_platform_that_refuses_every_token_is_tried_later(ags, finished):
    """Two refusals in one attempt are enough; the next one waits."""
    only("grade")
    ags.fault = on("GET", "/lineitems", (401, {}, b""))
    assert deliver_all() == 1
    assert ags.tokens_given == 2
    assert DeliveryAttempt.objects.get().outcome == "retry"


TRANSIENT = {
    "429": (429, {}, b""),
    "408": (408, {}, b""),
    "503-with-retry-after": (503, {"Retry-After": "7200"}, b""),
    "redirect": (302, {"Location": "https://lain.example.test/"}, b""),
}


@pytest.mark.parametrize("reply", TRANSIENT.values(), ids=TRANSIENT)
def test_what_was_surely_not_taken_is_sent_again_later(ags, finished, reply):
    """Retry with back-off; a Retry-After is kept."""
    row = only("grade")
    ags.fault = on("POST", "/scores", reply, times=1)
    deliver_all()
    row.refresh_from_db()
    assert (row.state, row.ambiguous, row.attempt_count) == (DeliveryState.PENDING, False, 1)
    least = timedelta(hours=1, minutes=59) if "Retry-After" in reply[1] else timedelta(seconds=10)
    assert row.not_before > timezone.now() + least
    due_now()
    deliver_all()
    assert Delivery.objects.get(kind="grade").state == DeliveryState.DELIVERED
    assert not ags.requests_to("GET", "/results")


@pytest.mark.parametrize(
    ("fault", "outcome", "posts"),
    [("drop-after", "confirmed", 1), ("drop-before", "delivered", 2), ((500, {}, b""), "delivered", 2)],
    ids=["taken-reply-lost", "lost-on-the-way", "500"],
)
def test_what_may_have_arrived_is_read_back_before_it_is_sent_again(ags, finished, fault, outcome, posts):
    """A lost reply never becomes a second score, a lost request never a missing one."""
    row = only("grade")
    ags.fault = on("POST", "/scores", fault, times=1)
    deliver_all()
    row.refresh_from_db()
    assert (row.state, row.ambiguous) == (DeliveryState.PENDING, True)
    due_now()
    deliver_all()
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED
    assert DeliveryAttempt.objects.latest("pk").outcome == outcome
    assert len(ags.requests_to("POST", "/scores")) == posts
    assert len(ags.scores) == 1


def test_a_retry_repeats_the_score_byte_for_byte(ags, finished):
    """Timestamp included: platforms tell a repetition by it."""
    only("grade")
    ags.fault = on("POST", "/scores", (500, {}, b""), times=1)
    deliver_all()
    due_now()
    deliver_all()
    first, second = ags.requests_to("POST", "/scores")
    assert first.body == second.body


def test_timestamps_rise_second_by_second_and_never_lie_ahead(ags, host, finished):
    """Quick changes are one second apart on the wire; one that would lie ahead waits."""
    deliver_all()
    for grade in ("0.91", "0.92", "0.93"):
        regrade(host, finished, grade)
        event = Delivery.objects.filter(kind="grade").latest("sequence")
        Delivery.objects.filter(pk=event.pk).update(
            event_time=timezone.now() - timedelta(minutes=10), not_before=timezone.now()
        )
        deliver_all()
    stamps = [
        datetime.fromisoformat(score["timestamp"])
        for _item, score, _body in ags.scores
        if score["scoreMaximum"] == 100
    ]
    assert [later - sooner for sooner, later in pairwise(stamps)] == [timedelta(seconds=1)] * 3
    assert all(stamp <= datetime.now(UTC) for stamp in stamps)
    regrade(host, finished, "0.99")
    # Far enough ahead for a slow machine.
    last = timezone.now().replace(microsecond=0) + timedelta(minutes=5)
    Delivery.objects.filter(kind="grade", state="delivered").update(wire_timestamp=last)
    assert deliver_all() == 0
    waiting = Delivery.objects.filter(kind="grade").latest("sequence")
    assert waiting.not_before == last + timedelta(seconds=1)


def test_a_conflict_with_our_own_earlier_score_counts_as_delivered(ags, finished):
    """409 because it is already there: the result is read and is ours."""
    row = only("grade")
    ags.fault = on("POST", "/scores", "drop-after", times=1)
    deliver_all()
    Delivery.objects.update(ambiguous=False)
    due_now()
    deliver_all()
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED
    assert DeliveryAttempt.objects.latest("pk").outcome == "confirmed"


@pytest.mark.parametrize(
    "reply", [(409, {}, b""), (400, {}, b'{"error": "Timestamp is older"}')], ids=["409", "400-timestamp"]
)
def test_a_conflict_with_another_score_gets_a_newer_timestamp(ags, finished, reply):
    """The platform holds something else with a newer timestamp: ours is stamped anew, and not lost."""
    row = only("grade")
    ags.fault = on("POST", "/scores", reply, times=1)
    deliver_all()
    former = datetime.fromisoformat(ags.requests_to("POST", "/scores")[0].json["timestamp"])
    row.refresh_from_db()
    assert former < row.wire_timestamp <= timezone.now()
    due_now()
    deliver_all()
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED


REJECTED = {
    "no-such-line-item": ("POST", "/scores", 404),
    "unknown-user": ("POST", "/scores", 422),
    "bad-request": ("POST", "/scores", 400),
    "forbidden-for-this-user": ("POST", "/scores", 403),
}


@pytest.mark.parametrize(("method", "end", "status"), REJECTED.values(), ids=REJECTED)
def test_what_will_never_be_taken_is_given_up_and_kept(ags, finished, method, end, status):
    """A dead delivery stays, with its reason; it is not tried again by itself."""
    row = only("grade")
    ags.fault = on(method, end, (status, {}, b""))
    deliver_all()
    row.refresh_from_db()
    attempt = DeliveryAttempt.objects.get()
    assert (row.state, attempt.outcome, attempt.http_status) == (DeliveryState.DEAD, "dead", status)
    assert LineItem.objects.exists() is (status != 404)


BLOCKED = {
    "invalid-client": ("POST", "/token", (401, {}, b'{"error": "invalid_client"}')),
    "invalid-scope": ("POST", "/token", (400, {}, b'{"error": "invalid_scope"}')),
    "line-items-forbidden": ("GET", "/lineitems", (403, {}, b"")),
    "insufficient-scope": (
        "POST",
        "/scores",
        (403, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}, b""),
    ),
}


@pytest.mark.parametrize(("method", "end", "reply"), BLOCKED.values(), ids=BLOCKED)
def test_a_fault_of_the_connection_blocks_the_place_and_not_the_deliveries(ags, finished, method, end, reply):
    """One attempt finds it out; the others are not tried in vain, and none is lost."""
    ags.fault = on(method, end, reply)
    assert deliver_all() == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {"blocked"}
    assert ReportTarget.objects.get().blocked_reason


def test_what_was_granted_since_the_token_was_given_counts(ags, finished):
    """A kept token knows nothing of it: a fresh one is asked for before the place is blocked."""
    deliver_all()
    assert ags.tokens_given == 1
    Delivery.objects.update(state=DeliveryState.PENDING, wire_timestamp=None)
    ags.last_timestamp.clear()

    def lacking(call):
        old = call.headers.get("authorization") == "Bearer t1" and call.path.endswith("/scores")
        return (403, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}, b"") if old else None

    ags.fault = lacking
    deliver_all()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert ags.tokens_given == 2


def test_a_fresh_token_that_lacks_a_permission_is_not_asked_for_again(ags, finished):
    """The platform grants it to nobody: each request would cost one at the token endpoint."""
    exchange = exchange_for(finished.target)
    ags.fault = on("GET", "/results", (403, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}, b""))
    for _time in range(3):
        assert exchange.request("GET", ags.url + "/item/1/results", accept="x").status == 403
    assert ags.tokens_given == 1


def test_a_line_item_of_a_list_that_has_moved_is_not_remembered(ags, finished):
    """A launch brought another list while this one was looked through."""
    stale = ReportTarget.objects.select_related("deployment__platform").get()
    ReportTarget.objects.update(lineitems_url=ags.url + "/moved")
    with pytest.raises(TransientError, match="moved"):
        line_item_url(stale, ReportKind.GRADE, "100", exchange_for(stale))
    assert not LineItem.objects.exists()
    assert ReportTarget.objects.get().line_item_lock_until is None


def test_the_lock_of_another_worker_stays(ags, finished):
    """Who took too long for its own lock must not let a third one in."""
    target = ReportTarget.objects.select_related("deployment__platform").get()
    later = timezone.now() + timedelta(hours=1)
    exchange = exchange_for(target)
    ask = exchange.request

    def request(method, url, **more):
        if method == "POST":
            # As another worker does when our lock is over.
            ReportTarget.objects.update(line_item_lock_until=later)
        return ask(method, url, **more)

    exchange.request = request
    assert line_item_url(target, ReportKind.GRADE, "100", exchange)
    assert ReportTarget.objects.get().line_item_lock_until == later


UNUSABLE = {
    "too-long": ("a" * 2000, "longer than two thousand characters"),
    "half-a-character": ("\ud800", "not an http(s) URL"),
    "no-character": ("\x00", "not an http(s) URL"),
}


@pytest.mark.parametrize(("end", "why"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_line_item_with_an_address_that_cannot_be_kept_is_named(ags, finished, end, why):
    """The reason is said; none is made beside it, and once the platform has mended it the result arrives."""
    ags.line_items["/item/" + end] = {"tag": "kapasitas-grade", "resourceLinkId": "tautan-1"}
    only("grade")
    deliver_all()
    assert ReportTarget.objects.get().blocked_reason == f"the line item's address cannot be used: {why}"
    assert (ags.requests_to("POST", "/lineitems"), LineItem.objects.count()) == ([], 0)
    ags.line_items = {"/item/1": {"tag": "kapasitas-grade", "resourceLinkId": "tautan-1"}}
    unblock(ReportTarget.objects.get(), timezone.now())
    due_now()
    deliver_all()
    assert [item for item, _score, _body in ags.scores] == ["/item/1"]


@pytest.mark.parametrize("missing", ["scope/score", "scope/lineitem"], ids=str)
def test_what_the_launch_does_not_grant_is_not_tried(ags, finished, missing):
    """Without the permission nothing is sent, and the reason is said."""
    ReportTarget.objects.update(scopes=[scope for scope in SCOPES if not scope.endswith(missing)])
    deliver_all()
    assert ags.scores == []
    assert "grants no" in ReportTarget.objects.get().blocked_reason


def test_a_coupled_line_item_takes_the_grade(ags, finished):
    """Where the platform gives one line item and no list, it is the grade's."""
    ags.line_items["/item/7"] = {"tag": "", "resourceLinkId": "tautan-1"}
    ReportTarget.objects.update(lineitems_url="", lineitem_url=ags.url + "/item/7")
    only("grade")
    deliver_all()
    assert [item for item, _score, _body in ags.scores] == ["/item/7"]


def test_a_query_in_the_address_of_a_line_item_is_kept(ags, finished):
    """AGS 2.0: /scores goes into the path, before the query."""
    assert below("https://x.test/item/1?type=a&b=", "scores") == "https://x.test/item/1/scores?type=a&b="


def test_after_many_attempts_it_is_given_up(ags, finished):
    """About five days of trying; then somebody must look."""
    row = only("grade")
    Delivery.objects.update(attempt_count=29)
    ags.fault = on("POST", "/scores", (429, {}, b""))
    deliver_all()
    row.refresh_from_db()
    assert row.state == DeliveryState.DEAD


def test_a_worker_that_died_leaves_doubt_and_its_lease_ends(ags, finished):
    """Nobody touches the row until the lease ends; then the result is read back first."""
    row = only("grade")
    assert claim() is not None
    assert deliver_all() == 0
    Delivery.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert deliver_all() == 1
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED
    assert len(ags.requests_to("GET", "/results")) == 1
    assert list(DeliveryAttempt.objects.order_by("pk").values_list("outcome", flat=True)) == ["", "delivered"]


def test_a_worker_that_was_slow_does_not_overrule_its_successor(ags, finished):
    """Settling needs the lease; the attempt is recorded all the same."""
    row = only("grade")
    slow = claim()
    Delivery.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    deliver_all()
    settle([failed(slow, RejectedError("late"), no_jitter)], timezone.now(), no_jitter)
    row.refresh_from_db()
    assert row.state == DeliveryState.DELIVERED
    assert DeliveryAttempt.objects.order_by("pk").first().outcome == "dead"


def test_a_worker_that_was_slow_settles_nothing_while_its_successor_sends(ags, finished):
    """The row is in flight as before, and not its own any more."""
    row = only("grade")
    slow = claim()
    Delivery.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    successor = claim()
    for late in (failed(slow, RejectedError("late"), no_jitter), Ending(claim=slow)):
        settle([late], timezone.now(), no_jitter)
        row.refresh_from_db()
        assert (row.state, row.attempt_count) == (DeliveryState.IN_FLIGHT, successor.attempt_count)
    settle([failed(successor, TransientError("busy"), no_jitter)], timezone.now(), no_jitter)
    row.refresh_from_db()
    assert row.state == DeliveryState.PENDING


def test_one_send_at_a_time_for_a_learner_and_kind(ags, host, finished):
    """While an older state is being sent, the newer one waits; then it alone goes."""
    only("grade")
    old = claim()
    regrade(host, finished, "0.9")
    due_now()
    assert claim() is None
    ending = failed(old, TransientError("x"), no_jitter)
    settle([ending], timezone.now() - timedelta(hours=1), no_jitter)
    assert deliver_all() == 1
    assert list(
        Delivery.objects.filter(kind="grade").order_by("sequence").values_list("state", flat=True)
    ) == [
        "superseded",
        "delivered",
    ]


def test_outdated_states_never_hide_what_is_due(ags, finished):
    """However many outdated rows come first, the newest is found in the same look."""
    newest = only("grade")
    states = [
        Delivery(
            platform_id=newest.platform_id,
            target=newest.target,
            account=newest.account,
            kind="grade",
            sequence=sequence,
            value=sequence,
            maximum=100,
            completed=False,
            event_time=newest.event_time,
            not_before=newest.not_before - timedelta(days=1),
        )
        for sequence in range(1, 2 * CANDIDATES + 2)
    ]
    Delivery.objects.filter(pk=newest.pk).update(sequence=len(states) + 1)
    Delivery.objects.bulk_create(states)
    claimed = claim()
    assert claimed is not None
    assert claimed.delivery_id == newest.pk
    assert Delivery.objects.filter(state=DeliveryState.SUPERSEDED, kind="grade").count() == len(states)


def test_the_lease_outlives_the_longest_exchange():
    """A worker that waits for slow replies still holds its row."""
    longest_call = http.CONNECT_TIMEOUT_S + http.READ_TIMEOUT_S + http.TOTAL_TIMEOUT_S
    assert timedelta(seconds=4 * longest_call) <= LEASE


def test_a_lease_is_as_long_as_was_asked_for(ags, finished, monkeypatch):
    """manage.py deliver --lease reaches the claim, and the line item's lock is never longer than it."""
    before = timezone.now()
    claimed = claim(lease=timedelta(seconds=7))
    assert claimed is not None
    lease_until = Delivery.objects.get(pk=claimed.delivery_id).lease_until
    assert before <= lease_until - timedelta(seconds=7) <= timezone.now()

    asked = []
    monkeypatch.setattr(
        engine._Engine, "run", lambda self: asked.append((self._lease, self._service_for)) or 0
    )
    call_command("deliver", "--once", "--lease", "7")
    call_command("deliver", "--once")
    assert [lease for lease, _service_for in asked] == [timedelta(seconds=7), LEASE]
    locks = [service_for.keywords["line_item_lock"] for _lease, service_for in asked]
    assert locks == [timedelta(seconds=7), LOCK]


def test_no_personal_data_in_what_is_recorded(ags, finished):
    """Attempts name statuses and fields, never a person, whatever the platform says."""
    only("grade")
    ags.fault = on("POST", "/scores", (422, {}, b"user orang-7 Contoh Camat unknown"))
    deliver_all()
    attempt = DeliveryAttempt.objects.get()
    assert attempt.message == "posting the score answered 422"


@pytest.mark.parametrize("option", ["--idle", "--lease"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "1e9", "lama"])
def test_the_command_takes_seconds_only(db, option, value):
    """A lease that is over before it begins would have two workers send the same."""
    with pytest.raises(CommandError, match=f"{option}: a number of seconds above 0"):
        call_command("deliver", "--once", f"{option}={value}")


def test_the_command_names_a_file_that_it_cannot_touch(db, tmp_path):
    """The option at fault, before anything is sent."""
    with pytest.raises(CommandError, match=r"--alive .*gone/alive: No such file"):
        call_command("deliver", "--once", "--alive", str(tmp_path / "gone/alive"))


def test_the_command_sends_what_is_due_and_ends(ags, finished, capsys):
    """manage.py deliver --once is the sender as well."""
    call_command("deliver", "--once")
    assert len(ags.scores) == 2
    assert "attempts: 2" in capsys.readouterr().out


def test_tokens_are_kept_in_the_cache_under_a_digest(ags, finished):
    """Neither issuer nor client id can be read from the key, nor collide with another's."""
    deliver_all()
    client = Client(
        issuer=ags.url, client_id="kapasitas", token_url=ags.url + "/token", scopes=tuple(sorted(SCOPES))
    )
    assert cache.get(client.cache_key()) == "t1"
    assert "kapasitas," not in client.cache_key()
    assert make_enrolment(ags.url).pk == finished.pk


def test_the_command_shows_that_it_turns(ags, finished, tmp_path):
    """manage.py deliver --alive FILE touches the file before each turn, for a supervisor to see."""
    alive = tmp_path / "alive"
    ages = []

    def age(_call) -> None:
        ages.append(alive.stat().st_mtime_ns)
        os.utime(alive, ns=(0, 0))

    ags.fault = age
    call_command("deliver", "--once", "--alive", str(alive))
    assert ages[0] > 0
    assert alive.stat().st_mtime_ns > 0


@pytest.mark.service("redis")
def test_workers_share_a_token_through_redis(ags, finished, settings):
    """With the cache of a real site, one token serves every process."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:6379/9",
            "KEY_PREFIX": f"kapasitas-test-{ags.url}",
        }
    }
    client = Client(
        issuer=ags.url, client_id="kapasitas", token_url=ags.url + "/token", scopes=tuple(sorted(SCOPES))
    )
    deliver_all()
    assert ags.tokens_given == 1
    assert caches.create_connection("default").get(client.cache_key()) == "t1"
    left = cache._cache.get_client().ttl(cache.make_key(client.cache_key()))
    assert 0 < left <= 3600 - 60
    cache.delete(client.cache_key())
    cache.close()


def test_the_command_finishes_and_ends_on_sigterm(ags, finished, capsys):
    """Told to stop, the sender ends its loop with the former signal handler in place again."""
    before = signal.getsignal(signal.SIGTERM)

    def stop_while_sending(call) -> None:
        if call.path.endswith("/scores") and len(ags.scores) == 1:
            os.kill(os.getpid(), signal.SIGTERM)

    ags.fault = stop_while_sending
    call_command("deliver", "--idle", "0.05")
    assert signal.getsignal(signal.SIGTERM) is before
    assert len(ags.scores) == 2
    assert "attempts: 2" in capsys.readouterr().out
