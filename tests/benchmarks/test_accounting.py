"""The accounting after a chaos run finds each thing that must never happen: fed with one, it says which."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from benchmarks.chaos.accounting import Achieved, Arrival, Attempt, Evidence, Key, State, account
from benchmarks.chaos.evidence import collect
from benchmarks.hostile.memory import Memory, Rule, Score, Taken

GRADE, COMPLETION = Key(1, "orang-1", "grade"), Key(1, "orang-1", "completion")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEGAN = NOON.timestamp()


def attempt(second: float, ended: float | None = None) -> Attempt:
    return Attempt(started=BEGAN + second, ended=None if ended is None else BEGAN + ended)


def state(key: Key, sequence: int, value: int, *attempts: Attempt, stands: str = "delivered") -> State:
    return State(
        key=key,
        sequence=sequence,
        value=Decimal(value),
        state=stands,
        settled=BEGAN + 60,
        attempts=attempts,
    )


def arrival(key: Key, value: int, second: float, *, stamp: int = 0, took_effect: bool = True) -> Arrival:
    return Arrival(
        key=key,
        line_item=1 if key == GRADE else 2,
        value=Decimal(value),
        timestamp=NOON + timedelta(seconds=stamp),
        at=BEGAN + second,
        took_effect=took_effect,
    )


FIRST = state(GRADE, 1, 70, attempt(0, 1))
SECOND = state(GRADE, 2, 80, attempt(10), attempt(20, 21))
DONE = state(COMPLETION, 1, 1, attempt(5, 6))
ARRIVALS = [
    arrival(GRADE, 70, 0.5),
    arrival(COMPLETION, 1, 5.5, stamp=5),
    arrival(GRADE, 80, 10.5, stamp=10),
    # Read back too late, and sent again as it was: no second effect.
    arrival(GRADE, 80, 20.5, stamp=10, took_effect=False),
]
RIGHT = Evidence(
    achieved=[Achieved(platform=1, person="orang-1", points=Decimal(80), completed=True)],
    states=[FIRST, SECOND, DONE],
    arrivals=ARRIVALS,
    held={GRADE: {1: Decimal("80.00")}, COMPLETION: {2: Decimal(1)}},
    records=1,
    deaths=[BEGAN + 11],
)


def test_a_run_in_which_all_went_well_has_no_findings() -> None:
    """A worker died after its score had arrived, and the same score went out again: that is allowed."""
    assert account(RIGHT) == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        pytest.param({"held": {COMPLETION: {2: Decimal(1)}}}, "lost", id="not there"),
        pytest.param({"held": {**RIGHT.held, GRADE: {1: Decimal(70)}}}, "lost", id="stale"),
        pytest.param({"records": 0}, "lost", id="record lost"),
        pytest.param({"records": 2}, "duplicate", id="record doubled"),
        pytest.param(
            {
                "arrivals": [*ARRIVALS, arrival(GRADE, 80, 25.5, stamp=11)],
                "states": [FIRST, replace(SECOND, attempts=[*SECOND.attempts, attempt(25, 26)]), DONE],
            },
            "duplicate",
            id="newer timestamp",
        ),
        pytest.param(
            {"held": {**RIGHT.held, GRADE: {1: Decimal(80), 3: Decimal(80)}}}, "duplicate", id="two columns"
        ),
        pytest.param(
            {"arrivals": [ARRIVALS[1], ARRIVALS[2], arrival(GRADE, 70, 12)]}, "out of order", id="overtaken"
        ),
        pytest.param(
            {"arrivals": [*ARRIVALS, arrival(GRADE, 33, 30, stamp=30)]}, "invented", id="rolled back"
        ),
        pytest.param(
            {"held": {**RIGHT.held, replace(GRADE, person="orang-2"): {1: Decimal(5)}}},
            "invented",
            id="never achieved",
        ),
        pytest.param({"states": [FIRST, replace(SECOND, state="pending"), DONE]}, "stuck", id="left behind"),
        pytest.param({"states": [FIRST, replace(SECOND, state="dead"), DONE]}, "stuck", id="given up"),
        pytest.param({"left": {"notices not taken": 2}}, "stuck", id="notice"),
        pytest.param(
            {"states": [FIRST, replace(SECOND, attempts=[attempt(10, 11)]), DONE]},
            "unrecorded",
            id="more scores than attempts",
        ),
        pytest.param(
            {"states": [replace(FIRST, attempts=[attempt(3, 4)]), SECOND, DONE]},
            "unrecorded",
            id="score before attempt",
        ),
        pytest.param({"deaths": []}, "unexplained", id="nobody died"),
        pytest.param({"deaths": [BEGAN + 40]}, "unexplained", id="died after the next attempt"),
    ],
)
def test_what_must_never_happen_is_found(changed: Mapping[str, object], kind: str) -> None:
    """Each loss, duplicate, disorder or gap that is put in is found, by its name, and nothing else is."""
    found = account(replace(RIGHT, **changed))
    assert {finding.kind for finding in found} == {kind}
    assert all(finding.text for finding in found)


def score(line_item: int, value: int, second: int) -> Score:
    return Score(
        line_item=line_item,
        user="orang-1",
        score=Decimal(value),
        maximum=Decimal(100),
        timestamp=NOON + timedelta(seconds=second),
    )


@pytest.mark.parametrize(
    ("rule", "equal"),
    [
        pytest.param(Rule.MOODLE, [Taken.REFUSED, Taken.REFUSED], id="moodle"),
        pytest.param(Rule.CONSUMER, [Taken.REFUSED, Taken.REFUSED], id="consumer"),
        pytest.param(Rule.CANVAS, [Taken.REPEAT, Taken.EFFECT], id="canvas"),
    ],
)
def test_a_platform_remembers_what_took_effect(tmp_path, rule: Rule, equal: Sequence[Taken]) -> None:
    """Newer takes effect, older is refused; for an equal timestamp the rule decides. A kill loses none."""
    memory = Memory(tmp_path / "memory.sqlite3")
    item = memory.create("0", "kapasitas-grade", "tautan-1", "100")
    taken = [memory.take(score(item, 70, 10), rule), memory.take(score(item, 60, 9), rule)]
    taken += [memory.take(score(item, 70, 10), rule), memory.take(score(item, 71, 10), rule)]
    assert taken == [Taken.EFFECT, Taken.REFUSED, *equal]
    # Not closed: as after a kill.
    again = Memory(tmp_path / "memory.sqlite3")
    assert [entry.taken for entry in again.journal()] == taken
    assert [entry.score for entry in again.journal()] == [70, 60, 70, 71]
    assert again.has(item)


@pytest.mark.django_db
def test_a_loss_in_the_real_tables_is_found(tmp_path, monkeypatch) -> None:
    """From the tables and the platform's file, not from made-up values: what a platform forgets is lost."""
    from benchmarks.chaos import truth
    from benchmarks.progress import COURSE_KEY
    from lti_bridge.models import Delivery, DeliveryAttempt
    from tests.lti_bridge.fakes import make_enrolment

    enrolment = make_enrolment("https://simpeg.example.test", sub="orang-1", course_key=COURSE_KEY)
    Delivery.objects.create(
        target=enrolment.target,
        account=enrolment.account,
        kind="grade",
        sequence=1,
        value=Decimal("80.00"),
        maximum=Decimal(100),
        completed=False,
        event_time=NOON,
        not_before=NOON,
        state="delivered",
        settled_at=NOON,
    )
    DeliveryAttempt.objects.create(
        delivery=Delivery.objects.get(), started_at=NOON, finished_at=NOON, outcome="delivered"
    )
    achieved = truth.Learner(
        user_id=enrolment.account.user_id, number=0, step=1, grade=Decimal("0.8"), all_blocks=False
    )
    monkeypatch.setattr(truth, "achieved", lambda: [achieved])
    memory = Memory(tmp_path / "memory.sqlite3")
    platform = enrolment.target.deployment.platform_id

    def kinds() -> list[str]:
        return [finding.kind for finding in account(collect({platform: memory}, []))]

    assert kinds() == ["lost"]
    item = memory.create("0", "kapasitas-grade", "tautan-1", "100")
    memory.take(score(item, 80, 0), Rule.MOODLE)
    assert kinds() == []
    memory.take(score(item, 79, 1), Rule.MOODLE)
    assert sorted(kinds()) == ["invented", "lost"]
