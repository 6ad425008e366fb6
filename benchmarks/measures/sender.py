"""The sender against bare requests: the same scores to the same endpoint of the demo SIMPEG, over HTTP."""

import time
from datetime import UTC, datetime
from decimal import Decimal

import requests

from benchmarks.frame import Contestant, Figure, medians_ms
from benchmarks.progress import COURSE_KEY, Progress
from benchmarks.rig import SCOPES, rigged

LEARNERS = 20
BARE = "requests.post of the score alone"
MEDIA_SCORE = "application/vnd.ims.lis.v1.score+json"


class Scores:
    """Two groups of learners on one line item: the bridge sends for one, bare requests for the other."""

    def __init__(self, learners: dict[str, int]) -> None:
        subjects = list(learners)
        self._ours = [learners[subject] for subject in subjects[:LEARNERS]]
        self._bare = subjects[LEARNERS:]
        self._round = 0
        self._headers: dict[str, str] = {}
        self._url = ""

    def change(self) -> None:
        """Give every learner of the bridge's group a new grade; SIMPEG takes one score a second of each."""
        from benchmarks.steered import SteeredHost
        from lti_bridge.api import note_progress

        time.sleep(1.1)
        self._round += 1
        for user_id in self._ours:
            grade = Decimal(self._round % 60 + 1) / 100
            SteeredHost.progresses[user_id] = Progress(grade=grade, all_blocks=False)
            note_progress(user_id, COURSE_KEY)

    def deliver(self) -> None:
        """Send everything that is due; raises where anything is left."""
        from lti_bridge.sender import deliver_next

        sent = 0
        while deliver_next():
            sent += 1
        self._check(sent)

    def _check(self, sent: int) -> None:
        from lti_bridge.models import Delivery, DeliveryState

        waiting = Delivery.objects.exclude(state=DeliveryState.DELIVERED).count()
        if sent != LEARNERS or waiting:
            raise AssertionError(f"{sent} attempts, {waiting} not delivered")

    def connect(self) -> None:
        """Take over the line item and the access token that the bridge has got."""
        from django.core.cache import cache

        from lti_bridge.adapters.exchange import Client
        from lti_bridge.models import LineItem, Platform

        platform = Platform.objects.get()
        client = Client(
            issuer=platform.issuer,
            client_id=platform.client_id,
            token_url=platform.auth_token_url,
            scopes=tuple(sorted(SCOPES)),
        )
        self._headers = {
            "Authorization": f"Bearer {cache.get(client.cache_key())}",
            "Content-Type": MEDIA_SCORE,
        }
        self._url = f"{LineItem.objects.get().url}/scores"

    def post(self) -> None:
        """Post as many scores without the bridge."""
        now = datetime.now(UTC).replace(microsecond=0).isoformat()
        for subject in self._bare:
            score = {
                "userId": subject,
                "activityProgress": "InProgress",
                "gradingProgress": "FullyGraded",
                "timestamp": now,
                "scoreGiven": self._round % 60 + 1,
                "scoreMaximum": 100,
            }
            requests.post(self._url, json=score, headers=self._headers, timeout=10).raise_for_status()


def measure() -> list[Figure]:
    """Return the time of one delivery: claim, attempt, send, settle."""
    with rigged(2 * LEARNERS) as rig:
        scores = Scores(rig.learners)
        scores.change()
        scores.deliver()
        scores.connect()
        ms = medians_ms(
            {
                BARE: Contestant(prepare=lambda: time.sleep(1.1), act=scores.post),
                "ours": Contestant(prepare=scores.change, act=scores.deliver),
            },
            rounds=9,
            warm_up=1,
        )
    return figures(ms["ours"] / LEARNERS, ms[BARE] / LEARNERS)


def figures(ours: float, bare: float) -> list[Figure]:
    """Return the delivery's time, and how many that makes a second."""
    return [
        Figure(
            benchmark="sender",
            measured=f"one delivery, {1000 / ours:.0f} a second",
            value=ours,
            unit="ms",
            against=f"{BARE}, {1000 / bare:.0f} a second",
            reference=bare,
            target=2,
        )
    ]
