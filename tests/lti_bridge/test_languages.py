"""The bridge's pages speak their reader's language: nothing is left untranslated, counts and dates fit."""

import ast
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.contrib.auth.models import Permission
from django.utils import timezone, translation

import lti_bridge
from lti_bridge.launch import errors
from lti_bridge.models import CompletionRecord, Delivery, DeliveryState, ReportKind
from lti_bridge.records import views as records_views
from tests.pseudo import PseudoI18n, untranslated

from .fakes import COURSE, OTHER_COURSE, make_enrolment

pytestmark = pytest.mark.django_db
SOURCES = Path(lti_bridge.__file__).parent
FACTS = {
    "full_name": "Contoh Camat",
    "office_name": "Kecamatan Contoh",
    "post": "Camat",
    "course_title": "Manajemen Pemerintahan",
    "organiser": "BPSDM Contoh",
}


@pytest.fixture
def pseudo(monkeypatch):
    """Django itself speaks the pseudo-language."""
    speaker = PseudoI18n()
    monkeypatch.setattr(translation._trans, "gettext", speaker.gettext)
    monkeypatch.setattr(translation._trans, "ngettext", speaker.ngettext)
    monkeypatch.setattr(translation._trans, "pgettext", lambda _context, text: speaker.gettext(text))
    monkeypatch.setattr(translation._trans, "npgettext", lambda _context, *texts: speaker.ngettext(*texts))


@pytest.fixture
def hr(client, django_user_model):
    officer = django_user_model.objects.create_user("hr")
    officer.user_permissions.add(Permission.objects.get(codename="view_completionrecord"))
    client.force_login(officer)
    return client


def record(user, number, course_key=COURSE, **changes):
    day = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
    values = {**FACTS, "nip": "198001012005011001", "score": Decimal("85.5"), **changes}
    return CompletionRecord.objects.create(
        user=user, course_key=course_key, record_number=f"KP-{number}", lesson_hours=20, started_at=day,
        completed_at=day, content_hash="0" * 64, **values,
    )  # fmt: skip


@pytest.fixture
def records():
    """Two records: one with a report in every state, one with nothing known and no report."""
    enrolment = make_enrolment("https://simpeg.example")
    user = enrolment.account.user
    record(user, "1")
    record(user, "2", OTHER_COURSE, nip="", full_name="", office_name="", post="")
    states = (DeliveryState.DELIVERED, DeliveryState.PENDING, DeliveryState.DEAD)
    for sequence, state in enumerate(states, 1):
        enrolment.target.deliveries.create(
            account=enrolment.account, kind=ReportKind.GRADE, sequence=sequence, value=1, maximum=1,
            completed=True, event_time=timezone.now(), not_before=timezone.now(), state=state,
        )  # fmt: skip


# Signs that every language writes alike.
TERMS = {"ID", "NIP", "XML", "kid", "a", "b", "c", "eselon"}
OURS = [one for one in site._registry.values() if one.opts.app_label.startswith("kapasitas_")]


def administered(model_admin, request):
    """Yield every model of the page with its admin and the names that the page may show of it."""
    yield (
        model_admin.model,
        model_admin,
        {
            *model_admin.get_list_display(request),
            *flatten_fieldsets(model_admin.get_fieldsets(request, model_admin.model())),
        },
    )
    for inline in model_admin.get_inline_instances(request):
        yield inline.model, inline, flatten_fieldsets(inline.get_fieldsets(request))


@pytest.mark.parametrize("model_admin", OURS, ids=lambda one: one.opts.label)
def test_every_field_of_the_administration_has_a_translated_name(pseudo, rf, admin_user, model_admin):
    """Columns, forms and inlines as they are, and every field that a page may come to show."""
    request = rf.get("/")
    request.user = admin_user
    for model, shown_by, names in administered(model_admin, request):
        names = {*names, *(field.name for field in model._meta.concrete_fields if field.editable)}
        labels = {name: str(label_for_field(name, model, shown_by)) for name in names}
        unnamed = {name: label for name, label in labels.items() if "⟦" not in label and label not in TERMS}
        assert unnamed == {}, model


@pytest.mark.parametrize("model_admin", OURS, ids=lambda one: one.opts.label)
def test_rows_of_the_administration_are_named_in_the_reader_s_language(pseudo, model_admin):
    """By the model's translated name, or by what the row itself is called."""
    name = str(model_admin.model(pk=1)).replace("None", "")
    assert "⟦" in name or not re.search(r"[a-z]{3}", name), name


DATA = {*FACTS.values(), "KP-1", "KP-2"}


@pytest.mark.parametrize(
    "query",
    ["", "?course=nowhere", "?since=2026-02-02&until=2026-01-01", "?since=x", "?since=2030-01-01", "?page=2"],
)
def test_no_visible_string_of_the_records_page_is_untranslated(pseudo, hr, records, monkeypatch, query):
    """With records, with none, with a wrong choice, and on a further page."""
    monkeypatch.setattr(records_views, "PAGE_SIZE", 1)
    page = hr.get(f"/lti/records{query}").content.decode()
    assert page.count("⟦") > 5
    assert untranslated(page, DATA) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"iss": "https://lain.example", "login_hint": "x", "target_link_uri": "https://a.example"}, 403),
    ],
)
def test_no_visible_string_of_a_refusal_is_untranslated(pseudo, client, query, status):
    reply = client.get("/lti/login", query)
    assert reply.status_code == status
    page = reply.content.decode()
    assert page.count("⟦") > 2
    assert untranslated(page, ()) == []


def test_every_refusal_is_a_message():
    """Whatever is raised with words for the reader has them marked for translation."""
    names = {name for name in errors.__all__ if name != "LaunchError"}
    raised = 0
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                for words in node.args[1:]:
                    raised += 1
                    assert _is_message(words), f"{path.name}:{node.lineno}"
    assert raised > 20


def _is_message(words):
    # The text of a filter that refused an enrolment: its author's.
    if ast.unparse(words) == "str(error)":
        return True
    call = words.left if isinstance(words, ast.BinOp) else words
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("id", ["2 rekaman", "85,50", "4 Mei 2026", "1 menunggu", 'lang="id"']),
        ("en", ["2 records", "85.50", "4 May 2026", "1 waiting", 'lang="en"']),
    ],
)
def test_counts_numbers_and_dates_by_language(hr, records, settings, language, expected):
    settings.LANGUAGE_CODE = language
    page = hr.get("/lti/records").content.decode()
    assert [text for text in expected if text not in page] == []


@pytest.mark.parametrize(("language", "expected"), [("id", "semua terkirim"), ("en", "all delivered")])
def test_all_is_delivered_when_nothing_waits_and_nothing_failed(hr, records, settings, language, expected):
    settings.LANGUAGE_CODE = language
    assert expected not in hr.get("/lti/records").content.decode()
    Delivery.objects.update(state=DeliveryState.DELIVERED)
    assert hr.get("/lti/records").content.decode().count(expected) == 1


@pytest.mark.parametrize(("language", "expected"), [("id", ">1 rekaman<"), ("en", ">1 record<")])
def test_one_is_no_many(hr, records, settings, language, expected):
    settings.LANGUAGE_CODE = language
    assert expected in hr.get("/lti/records", {"course": COURSE}).content.decode()
