"""The operators' page in the shell."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lti_bridge.models import Delivery, OperatorAction

pytestmark = pytest.mark.every_database


def replay(*arguments: str) -> str:
    out = StringIO()
    call_command("replay", *arguments, stdout=out)
    return out.getvalue()


def test_causes_are_listed_and_replayed(trouble):
    listed = replay("--list").split()
    assert listed[1:4] == ["2", "RejectedError", "(404):"]
    assert Delivery.objects.filter(state="dead").count() == 2
    said = replay("--cause", listed[0], "--reason", "diperbaiki")
    assert said == "done: 2, superseded: 0\n"
    assert Delivery.objects.filter(state="pending").count() == 3
    assert set(OperatorAction.objects.values_list("by", "kind", "reason")) == {
        (None, "replayed", "diperbaiki")
    }
    assert replay("--cause", listed[0]) == "done: 0, superseded: 0\n"


def test_waiving_needs_a_reason_here_too(trouble):
    number = str(trouble.refused[0].pk)
    with pytest.raises(CommandError, match="--reason"):
        replay("--waive", "--delivery", number)
    assert replay("--waive", "--delivery", number, "--reason", "dicatat").startswith("done: 1")
    assert Delivery.objects.get(state="waived").pk == trouble.refused[0].pk


def test_one_that_was_delivered_is_not_sent_again(trouble):
    Delivery.objects.filter(pk=trouble.refused[0].pk).update(state="delivered")
    said = replay("--delivery", *(str(row.pk) for row in trouble.refused))
    assert said == "done: 1, superseded: 0, changed: 1\n"


def test_a_blocked_target_s_rows_only(trouble):
    assert replay("--state", "blocked", "--target", str(trouble.target.pk)).startswith("done: 1")


@pytest.mark.parametrize("option", ["--platform", "--target", "--delivery"])
def test_a_number_that_nothing_has_is_a_slip(trouble, option):
    with pytest.raises(CommandError, match=f"There is no .*{option[2:]} 99999"):
        replay(option, "99999")
    with pytest.raises(CommandError):
        replay("--list", option, "99999")
    assert not OperatorAction.objects.exists()


def test_an_empty_list_says_so(trouble):
    assert replay("--list", "--state", "held") == "no delivery is held\n"
