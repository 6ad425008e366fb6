"""What must happen once happens once, however many requests come at the same moment."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests

from standalone.simpeg.lti import names

from . import tool as tool_side
from .served import Served
from .tool import assertion, claims

AT_ONCE = 8


def at_once(send: Callable[[int], requests.Response]) -> Counter[int]:
    """Send eight requests together and count the statuses."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(response.status_code for response in pool.map(send, range(AT_ONCE)))


@pytest.fixture
def headers(served: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {served.token()}"}


def test_one_assertion_gets_one_token(served: Served) -> None:
    """The unique jti decides, not a look before a write."""
    served.token()  # the key set is known, so that nothing but the jti takes time
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": tool_side.ASSERTION_TYPE,
        "client_assertion": assertion(claims(aud=f"{served.url}/lti/token")),
        "scope": names.SCOPE_SCORE,
    }
    statuses = at_once(lambda _: requests.post(f"{served.url}/lti/token", form, timeout=30))
    assert statuses == {200: 1, 401: AT_ONCE - 1}


def test_one_timestamp_counts_one_score(served: Served, headers: dict[str, str]) -> None:
    """Of scores with the same timestamp one is taken; the others are 409."""
    context = f"{served.url}/lti/contexts/{served.context_id()}"
    item = requests.post(
        f"{context}/line_items",
        '{"label": "Sekali", "scoreMaximum": 10}',
        headers={**headers, "Content-Type": names.LINE_ITEM},
        timeout=10,
    ).json()["id"]
    members = requests.get(f"{context}/memberships", headers=headers, timeout=10).json()["members"]
    now = datetime.now(UTC).isoformat()

    def send(number: int) -> requests.Response:
        body = {
            "userId": members[0]["user_id"],
            "timestamp": now,
            "scoreGiven": number,
            "scoreMaximum": 10,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
        }
        return requests.post(
            f"{item}/scores", json=body, headers={**headers, "Content-Type": names.SCORE}, timeout=30
        )

    assert at_once(send) == {200: 1, 409: AT_ONCE - 1}
    results = requests.get(f"{item}/results", headers=headers, timeout=10).json()
    assert len(results) == 1
