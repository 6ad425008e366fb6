"""The engine over many rows and platforms: batches, leases, lanes, pace, circuits; over real HTTP."""

import threading
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs

import jwt
import pytest
from django.core.management import call_command
from django.utils import timezone

from lti_bridge import errands
from lti_bridge.api import note_progress
from lti_bridge.delivery.circuit import OPENS_AFTER
from lti_bridge.delivery.errors import TransientError
from lti_bridge.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Enrolment,
    LineItem,
    Platform,
    ReportKind,
    ReportTarget,
)
from lti_bridge.sender import deliver_due, deliver_next
from lti_bridge.sending import engine, lanes, pacing
from lti_bridge.sending.attempting import failed
from lti_bridge.sending.claiming import claim_batch, due_platforms

from .ags_server import AgsServer, running
from .fakes import COURSE, make_enrolment

pytestmark = [pytest.mark.every_database, pytest.mark.django_db]
MANY = 24


def never() -> bool:
    return False


def learners(host, url: str, count: int) -> Platform:
    """Let grades of so many learners be due at the platform, whose line item is known."""
    for number in range(count):
        enrolment = make_enrolment(url, sub=f"orang-{number}")
        host.set_progress(enrolment.account.user_id, completed_blocks=1, grade=Decimal("0.4"))
        note_progress(enrolment.account.user_id, COURSE)
    earlier = timezone.now() - timedelta(minutes=1)
    platform = Platform.objects.get(issuer=url)
    Delivery.objects.filter(platform=platform).update(event_time=earlier, not_before=earlier)
    LineItem.objects.create(target=ReportTarget.objects.get(deployment__platform=platform), **item(url))
    return platform


def item(url: str) -> dict[str, str]:
    return {"tag": "kapasitas-grade", "url": url + "/item/1"}


def with_item(server: AgsServer) -> AgsServer:
    server.line_items["/item/1"] = {"tag": "kapasitas-grade", "resourceLinkId": "tautan-1"}
    return server


@pytest.fixture
def hr(ags):
    return with_item(ags)


@pytest.fixture
def other(ags):
    """Another HR system."""
    with running() as server:
        yield with_item(server)


def states(platform: Platform) -> dict[str, int]:
    found = list(Delivery.objects.filter(platform=platform).values_list("state", flat=True))
    return {state: found.count(state) for state in sorted(set(found))}


def cooled_off(platform: Platform) -> None:
    Platform.objects.filter(pk=platform.pk).update(circuit_open_until=timezone.now())
    Delivery.objects.filter(state=DeliveryState.PENDING).update(not_before=timezone.now())


def on_scores(answer):
    def fault(call):
        return answer(call) if call.path.endswith("/scores") else None

    return fault


# --- batches ---------------------------------------------------------------------------------------------


def test_a_batch_costs_few_queries_and_sends_each_row_once(
    hr, host, monkeypatch, django_assert_max_num_queries
):
    """Two dozen rows are claimed and settled together, with one attempt each."""
    # A batch that takes longer is looked after in between, and settled in parts.
    monkeypatch.setattr(engine, "LOOK_S", 60)
    monkeypatch.setattr(engine, "SETTLE_AFTER_S", 60)
    platform = learners(host, hr.url, MANY)
    with django_assert_max_num_queries(MANY):
        assert deliver_due(stop=never) == MANY
    assert states(platform) == {"delivered": MANY}
    assert sorted(score["userId"] for _item, score, _body in hr.scores) == sorted(
        f"orang-{number}" for number in range(MANY)
    )
    assert DeliveryAttempt.objects.filter(outcome="delivered").count() == MANY
    assert set(Delivery.objects.values_list("attempt_count", "lease_until")) == {(1, None)}


def test_one_token_and_one_look_for_line_items_serve_a_batch(hr, host):
    """However many threads begin at once."""
    learners(host, hr.url, MANY)
    LineItem.objects.all().delete()
    deliver_due(stop=never)
    assert hr.tokens_given == 1
    assert len(hr.requests_to("GET", "/lineitems")) == 1
    assert LineItem.objects.get().url == hr.url + "/item/1"


def test_connections_are_kept_open(hr, host, monkeypatch):
    """As many as there are threads at most, for however many scores."""
    opened = []
    accept = ThreadingHTTPServer.process_request

    def count(self, request, address):
        opened.append(address)
        accept(self, request, address)

    monkeypatch.setattr(ThreadingHTTPServer, "process_request", count)
    monkeypatch.setattr(BaseHTTPRequestHandler, "protocol_version", "HTTP/1.1")
    learners(host, hr.url, MANY)
    deliver_due(stop=never)
    assert len(hr.scores) == MANY
    assert len(opened) <= lanes.THREADS


def test_what_was_not_begun_is_given_back_when_the_worker_is_stopped(hr, host, monkeypatch):
    """Its attempt is gone and does not count; what was under way is finished."""
    platform = learners(host, hr.url, MANY)
    told, recalled = threading.Event(), threading.Event()
    recall = lanes.Lane.recall

    def note(lane):
        recall(lane)
        recalled.set()

    def answer(_call):
        told.set()
        # What is under way then is not over before the rest was given back.
        recalled.wait(30)

    monkeypatch.setattr(lanes.Lane, "recall", note)
    hr.fault = on_scores(answer)
    attempted = deliver_due(stop=told.is_set)
    assert 1 <= attempted == len(hr.scores) < MANY
    assert states(platform) == {"delivered": attempted, "pending": MANY - attempted}
    waiting = Delivery.objects.filter(state=DeliveryState.PENDING)
    assert set(waiting.values_list("attempt_count", "ambiguous", "lease_until")) == {(0, False, None)}
    assert DeliveryAttempt.objects.count() == attempted
    hr.fault = None
    assert deliver_due(stop=never) == MANY - attempted
    assert len(hr.scores) == MANY


def test_nothing_is_begun_that_could_outlive_the_lease(hr, host):
    """A worker that comes to it too late gives the row back instead of sending it."""
    platform = learners(host, hr.url, 3)
    turns = iter([False, False])
    assert deliver_due(stop=lambda: next(turns, True), lease=timedelta(microseconds=5)) == 0
    assert hr.scores == []
    assert states(platform) == {"pending": 3}
    assert not DeliveryAttempt.objects.exists()
    assert set(Delivery.objects.values_list("attempt_count", flat=True)) == {0}


def test_what_a_killed_worker_had_claimed_is_read_back(hr, host):
    """All of its batch is in doubt, the sent and the unsent; none arrives twice."""
    platform = learners(host, hr.url, 4)
    claims = claim_batch(platform, timezone.now(), engine.LEASE, 4).claims
    assert len(claims) == 4
    service = engine.results_service(ReportTarget.objects.select_related("deployment__platform").get())
    service.send(claims[0].report)
    assert deliver_due(stop=never) == 0
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert deliver_due(stop=never) == 4
    assert len(hr.scores) == 4
    outcomes = DeliveryAttempt.objects.values_list("outcome", flat=True)
    assert sorted(outcomes) == ["", "", "", "", "confirmed", "delivered", "delivered", "delivered"]


@pytest.mark.parametrize(
    ("rows", "changed"),
    [
        (ReportTarget, {"lineitems_url": "https://simpeg.example.test/moved"}),
        (ReportTarget, {"scopes": []}),
        (Platform, {"auth_token_url": "https://simpeg.example.test/other"}),
    ],
    ids=["list", "scopes", "platform"],
)
def test_what_a_launch_changes_meanwhile_is_used_at_once(hr, host, rows, changed):
    """A service that is kept for a while belongs to the addresses and permissions that it was made with."""
    learners(host, hr.url, 1)
    made, taken = [], []

    class Service:
        def send(self, report) -> None:
            taken.append(report)

    def service_for(target):
        made.append({name: getattr(target if rows is ReportTarget else target.deployment.platform, name)
                     for name in changed})  # fmt: skip
        return Service()

    def stop() -> bool:
        # Asked by the thread that has the database.
        if len(taken) == 1 and len(made) == 1:
            rows.objects.update(**changed)
            learners_again()
        return False

    def learners_again() -> None:
        enrolment = make_enrolment(hr.url, sub="orang-baru")
        host.set_progress(enrolment.account.user_id, completed_blocks=1, grade=Decimal("0.4"))
        note_progress(enrolment.account.user_id, COURSE)
        earlier = timezone.now() - timedelta(minutes=1)
        Delivery.objects.filter(state=DeliveryState.PENDING).update(event_time=earlier, not_before=earlier)

    deliver_due(stop=stop, service_for=service_for)
    assert len(taken) == 2
    assert made[1:] == [changed]


def test_a_batch_holds_one_state_of_each_learner(hr, host):
    """Outdated states are superseded together, and none of them is sent."""
    platform = learners(host, hr.url, 3)
    for old in Delivery.objects.all():
        Delivery.objects.filter(pk=old.pk).update(sequence=2)
        Delivery.objects.create(
            target=old.target,
            account=old.account,
            kind=old.kind,
            sequence=1,
            value=Decimal(7),
            maximum=old.maximum,
            completed=False,
            event_time=old.event_time,
            not_before=old.not_before,
        )
    assert deliver_due(stop=never) == 3
    assert {score["scoreGiven"] for _item, score, _body in hr.scores} == {Decimal("40.00")}
    assert states(platform) == {"delivered": 3, "superseded": 3}


def test_a_fault_of_ours_ends_one_attempt_and_not_the_worker(hr, host, caplog):
    """What the adapter did not expect leaves doubt about that row; nothing of a person is logged."""

    class Odd:
        def send(self, report):
            if report.recipient == "orang-1":
                raise KeyError("orang-1 Contoh Camat")

        def read(self, report):
            raise AssertionError("nothing is in doubt")

    platform = learners(host, hr.url, 4)
    assert deliver_due(stop=never, service_for=lambda _target: Odd()) == 4
    assert states(platform) == {"delivered": 3, "pending": 1}
    row = Delivery.objects.get(state=DeliveryState.PENDING)
    assert row.ambiguous
    assert row.attempts.get().message == "unexpected KeyError while sending"
    assert "KeyError" in caplog.text
    assert "orang-1" not in caplog.text


def test_errands_of_a_worker_that_ends_are_refused():
    """A thread that waits for the database is sent away, and hears of errors of its own errands."""
    desk = []
    with errands.errands_go_to(lambda errand: (desk.append(errand), errand.run())):
        assert errands.at_desk(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            errands.at_desk(lambda: 1 // 0)
    with errands.errands_go_to(lambda errand: errand.refuse()), pytest.raises(errands.ClosedDeskError):
        errands.at_desk(lambda: 7)
    assert len(desk) == 2
    assert errands.at_desk(lambda: 8) == 8


# --- fairness --------------------------------------------------------------------------------------------


def test_a_slow_platform_keeps_nobody_waiting(hr, other, host):
    """While one does not answer at all, everything for the other one arrives."""
    slow, quick = learners(host, hr.url, MANY), learners(host, other.url, MANY)
    arrived = threading.Event()
    waited = []
    hr.fault = on_scores(lambda _call: waited.append(arrived.wait(timeout=30)))
    other.fault = on_scores(lambda _call: arrived.set() if len(other.scores) == MANY - 1 else None)
    assert deliver_due(stop=never) == 2 * MANY
    assert waited == [True] * MANY
    assert states(slow) == states(quick) == {"delivered": MANY}


def test_a_long_queue_does_not_hide_another_platform(hr, other, host, monkeypatch):
    """Each platform that has something due gets a batch before any gets the next."""
    monkeypatch.setattr(engine, "BATCH", 2)
    monkeypatch.setattr(engine, "LOW", 1)
    learners(host, hr.url, MANY)
    short = learners(host, other.url, 1)
    order = []
    real = engine.claim_batch

    def note(platform, *rest):
        order.append(platform.pk)
        return real(platform, *rest)

    monkeypatch.setattr(engine, "claim_batch", note)
    deliver_due(stop=never)
    assert short.pk in order[:2]
    assert states(short) == {"delivered": 1}


@pytest.mark.parametrize(
    "left_alone",
    [{"enabled": False}, {"circuit_open_until": "later", "circuit_reason": "no connection"}],
    ids=["not-in-use", "open-circuit"],
)
def test_a_platform_that_is_left_alone_is_sent_nothing(hr, other, host, capsys, left_alone):
    """Its rows wait untouched, and the command says so; the others go."""
    alone, free = learners(host, hr.url, 3), learners(host, other.url, 3)
    later = timezone.now() + timedelta(hours=1)
    changes = {name: later if value == "later" else value for name, value in left_alone.items()}
    Platform.objects.filter(pk=alone.pk).update(**changes)
    call_command("deliver", "--once")
    assert hr.calls == []
    assert states(free) == {"delivered": 3}
    assert set(Delivery.objects.filter(platform=alone).values_list("state", "attempt_count")) == {
        ("pending", 0)
    }
    assert f"{alone.name}: 3 waiting, " in capsys.readouterr().out


def test_a_target_whose_results_are_to_be_read_first_waits(hr, host):
    """After a restore nothing is sent there; another target of the same platform is not kept waiting."""
    learners(host, hr.url, 2)
    ReportTarget.objects.update(reconcile_first=True)
    assert due_platforms(timezone.now()) == []
    enrolment = make_enrolment(hr.url, link="tautan-2")
    host.set_progress(enrolment.account.user_id, completed_blocks=1, grade=Decimal("0.5"))
    note_progress(enrolment.account.user_id, COURSE)
    assert deliver_due(stop=never) == 1
    waiting = Delivery.objects.filter(target__reconcile_first=True)
    assert set(waiting.values_list("state", "attempt_count")) == {("pending", 0)}


# --- pace ------------------------------------------------------------------------------------------------


@pytest.fixture
def one_second(monkeypatch):
    """The clock's second does not end."""
    monkeypatch.setattr(pacing, "window", lambda _now: 1)


@pytest.mark.parametrize(
    ("setting", "own", "granted"), [(5, None, 5), (5, 3, 3), (5, 0, MANY), (0, None, MANY)], ids=str
)
def test_a_platform_gets_no_more_in_a_second_than_it_may(
    hr, host, settings, one_second, setting, own, granted
):
    """The platform's own figure comes before the setting; 0 is no limit; workers share the counter."""
    settings.KAPASITAS_LTI_SENDS_PER_SECOND = setting
    platform = learners(host, hr.url, MANY)
    platform.sends_per_second = own
    now = timezone.now()
    batches = [claim_batch(platform, now, engine.LEASE, 2 * granted // 3 + 1) for _worker in range(3)]
    assert sum(len(batch.claims) for batch in batches) == granted
    assert batches[-1].is_paced is (granted < MANY)
    assert DeliveryAttempt.objects.count() == granted


def test_a_worker_keeps_the_pace_and_sends_all(hr, host, settings):
    """What does not fit into one second goes in the next, in the same run."""
    settings.KAPASITAS_LTI_SENDS_PER_SECOND = 10
    platform = learners(host, hr.url, MANY)
    assert deliver_due(stop=never) == MANY
    assert states(platform) == {"delivered": MANY}


def test_the_pace_of_one_platform_is_not_the_others(hr, other, host, settings, one_second):
    """Each has a bucket of its own."""
    settings.KAPASITAS_LTI_SENDS_PER_SECOND = 2
    learners(host, hr.url, 3)
    platform = learners(host, other.url, 2)
    stops = iter([False] * 10)
    deliver_due(stop=lambda: next(stops, True))
    assert len(hr.scores) == 2
    assert states(platform) == {"delivered": 2}


# --- circuits --------------------------------------------------------------------------------------------


def test_a_system_that_is_down_is_left_alone_then_probed_then_sent_to(hr, host):
    """What waits behind the circuit uses up no attempts."""
    platform = learners(host, hr.url, MANY)
    hr.fault = lambda _call: (500, {}, b"")
    attempted = deliver_due(stop=never)
    assert OPENS_AFTER <= attempted < OPENS_AFTER + lanes.THREADS
    platform.refresh_from_db()
    assert platform.failures_in_row >= OPENS_AFTER
    assert platform.circuit_open_until > timezone.now()
    assert platform.circuit_reason
    assert states(platform) == {"pending": MANY}
    assert sum(Delivery.objects.values_list("attempt_count", flat=True)) == attempted
    assert deliver_due(stop=never) == 0

    cooled_off(platform)
    assert deliver_due(stop=never) == 1
    platform.refresh_from_db()
    assert platform.circuit_open_until > timezone.now()

    hr.fault = None
    cooled_off(platform)
    assert deliver_due(stop=never) == MANY
    platform.refresh_from_db()
    assert (platform.failures_in_row, platform.circuit_open_until, platform.circuit_reason) == (0, None, "")
    assert states(platform) == {"delivered": MANY}
    assert len(hr.scores) == MANY


def test_a_failure_is_told_before_it_holds_back_the_rest(monkeypatch):
    """Else the rest comes back first, and is claimed anew before the worker knows that the system is down."""
    happened: list[object] = []
    down = failed(
        SimpleNamespace(attempt_count=1), TransientError("no connection", no_answer=True), lambda: 1
    )
    monkeypatch.setattr(lanes, "attempt", lambda *_given: down)
    monkeypatch.setattr(lanes._Brake, "note", lambda _brake, error: happened.append(error))
    desk = SimpleNamespace(put=lambda ending: happened.append(ending))
    lane = lanes.Lane(desk, lambda: 1)
    lane.add([lanes.Job(claim=down.claim, service=None, begin_by=float("inf"))])
    for thread in lane.close():
        thread.join()
    assert happened == [down, down.error]


def test_a_system_that_cannot_be_reached_is_left_alone(host, settings):
    """Nobody listens there: nothing is in doubt."""
    settings.KAPASITAS_LTI_ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    platform = learners(host, "http://127.0.0.1:9", MANY)
    attempted = deliver_due(stop=never)
    assert OPENS_AFTER <= attempted < OPENS_AFTER + lanes.THREADS
    platform.refresh_from_db()
    assert "no connection" in platform.circuit_reason
    assert not Delivery.objects.filter(ambiguous=True).exists()


def test_bad_deliveries_never_open_the_circuit(hr, host):
    """The system answers, however often it refuses."""
    platform = learners(host, hr.url, MANY)
    hr.fault = on_scores(lambda _call: (422, {}, b""))
    assert deliver_due(stop=never) == MANY
    platform.refresh_from_db()
    assert (platform.failures_in_row, platform.circuit_open_until) == (0, None)
    assert states(platform) == {"dead": MANY}


def test_a_retry_after_holds_back_the_platform_and_nobody_else(hr, other, host):
    """One row hears it, all of that platform wait."""
    told, free = learners(host, hr.url, MANY), learners(host, other.url, MANY)
    hr.fault = on_scores(lambda _call: (429, {"Retry-After": "3600"}, b""))
    deliver_due(stop=never)
    told.refresh_from_db()
    left = told.circuit_open_until - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert 1 <= len(hr.requests_to("POST", "/scores")) <= lanes.THREADS
    untouched = Delivery.objects.filter(platform=told, attempt_count=0, state=DeliveryState.PENDING)
    assert untouched.count() >= MANY - lanes.THREADS
    assert states(free) == {"delivered": MANY}


def test_a_half_open_circuit_lets_one_through(hr, host):
    """Whoever looks while the probe is under way finds the circuit open."""
    platform = learners(host, hr.url, 3)
    Platform.objects.update(
        failures_in_row=OPENS_AFTER, circuit_open_until=timezone.now(), circuit_reason="x"
    )
    seen = due_platforms(timezone.now())[0]
    first = claim_batch(seen, timezone.now(), engine.LEASE, 10)
    second = claim_batch(seen, timezone.now(), engine.LEASE, 10)
    assert (len(first.claims), len(second.claims)) == (1, 0)
    assert first.claims[0].is_probe
    assert due_platforms(timezone.now()) == []
    assert states(platform) == {"in_flight": 1, "pending": 2}


# --- what a target has place for -------------------------------------------------------------------------


def test_a_completion_without_a_place_does_not_block_the_grades(hr, host):
    """It was enqueued while the target had two columns; now one is left, and is the grade's."""
    enrolment = make_enrolment(hr.url)
    host.set_progress(enrolment.account.user_id, completed_blocks=4, grade=Decimal("0.9"))
    note_progress(enrolment.account.user_id, COURSE)
    ReportTarget.objects.update(lineitems_url="", lineitem_url=hr.url + "/item/1")
    while deliver_next():
        pass
    assert ReportTarget.objects.get().blocked_reason == ""
    assert Delivery.objects.get(kind=ReportKind.GRADE).state == DeliveryState.DELIVERED
    assert Delivery.objects.get(kind=ReportKind.COMPLETION).state == DeliveryState.DEAD
    assert Enrolment.objects.count() == 1


# --- on the wire -----------------------------------------------------------------------------------------


def test_a_score_uses_up_no_attempt_at_canvas(hr, host):
    """Canvas takes each score for a submission unless it is told otherwise."""
    learners(host, hr.url, 1)
    deliver_due(stop=never)
    ((_item, score, _body),) = hr.scores
    assert score["https://canvas.instructure.com/lti/submission"] == {"new_submission": False}


@pytest.mark.parametrize("audience", ["", "https://simpeg.example.test/login"], ids=["default", "own"])
def test_the_assertion_is_for_whom_the_platform_names(hr, host, audience):
    """Some platforms want another audience than their token endpoint's address."""
    learners(host, hr.url, 1)
    Platform.objects.update(token_audience=audience)
    deliver_due(stop=never)
    (call,) = hr.requests_to("POST", "/token")
    assertion = parse_qs(call.body.decode())["client_assertion"][0]
    claims = jwt.decode(assertion, options={"verify_signature": False})
    assert claims["aud"] == (audience or hr.url + "/token")
