"""What a target can be told: two columns, one, or nothing."""

from decimal import Decimal

import pytest

from lti_bridge.api import note_progress
from lti_bridge.kinds import kinds_of
from lti_bridge.models import Delivery, ReportKind, ReportTarget
from lti_bridge.scopes import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ

from .fakes import COURSE, make_enrolment

BOTH = set(ReportKind)
GRADE = {ReportKind.GRADE}
LIST, ITEM, LTI_1_1 = "https://hr.test/items", "https://hr.test/items/7", "https://hr.test/outcomes"
CASES = {
    "may-create": ({"lineitems_url": LIST, "scopes": [SCOPE_LINE_ITEM]}, BOTH),
    "may-list": ({"lineitems_url": LIST, "scopes": [SCOPE_LINE_ITEM_READ]}, BOTH),
    "both-and-coupled": ({"lineitems_url": LIST, "lineitem_url": ITEM, "scopes": [SCOPE_LINE_ITEM]}, BOTH),
    "coupled-only": ({"lineitem_url": ITEM, "scopes": []}, GRADE),
    "coupled-with-a-useless-permission": ({"lineitem_url": ITEM, "scopes": [SCOPE_LINE_ITEM]}, GRADE),
    "coupled-with-a-list-that-is-closed": ({"lineitems_url": LIST, "lineitem_url": ITEM}, GRADE),
    "lti-1.1": ({"outcome_url": LTI_1_1}, GRADE),
    "a-closed-list-alone": ({"lineitems_url": LIST}, BOTH),
    "nothing": ({"scopes": [SCOPE_LINE_ITEM]}, set()),
}


@pytest.mark.parametrize(("granted", "kinds"), CASES.values(), ids=CASES)
def test_kinds_of_a_target(granted, kinds):
    """Where there is one column, it is the grade's."""
    assert kinds_of(ReportTarget(**granted)) == kinds


@pytest.mark.every_database
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("granted", "kinds"),
    [
        ({"lineitem_url": ITEM, "lineitems_url": ""}, GRADE),
        ({"outcome_url": LTI_1_1, "lineitems_url": ""}, GRADE),
        ({"lineitems_url": LIST}, BOTH),
        ({"lineitems_url": ""}, set()),
    ],
    ids=["coupled", "lti-1.1", "list", "nothing"],
)
def test_only_what_has_a_place_is_enqueued(host, granted, kinds):
    """A completion for which there is no column never waits; it is told once a launch grants one."""
    enrolment = make_enrolment("https://simpeg.example.test")
    ReportTarget.objects.update(**granted)
    host.set_progress(enrolment.account.user_id, completed_blocks=4, grade=Decimal("0.9"))
    note_progress(enrolment.account.user_id, COURSE)
    assert set(Delivery.objects.values_list("kind", flat=True)) == kinds
    ReportTarget.objects.update(lineitems_url=LIST)
    note_progress(enrolment.account.user_id, COURSE)
    assert set(Delivery.objects.values_list("kind", flat=True)) == BOTH
