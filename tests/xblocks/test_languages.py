"""The block speaks its reader's language: no string of ours is left in English, numbers and times fit."""

# Data stays on one line, where it is easier to read.
# ruff: noqa: E501

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from lxml import etree

from tests.pseudo import PseudoI18n, untranslated
from xblocks.competency.numbers import NumberFormat, format_number
from xblocks.host import formats
from xblocks.host.i18n import MARK, Translator, translator
from xblocks.host.templates import render
from xblocks.olx.markup import plain_text

from .samples import RIGHT, WRONG, olx
from .support import Learner

pytestmark = pytest.mark.django_db
ASSETS = Path(__file__).parents[2] / "xblocks" / "assets" / "public"
DUE = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
ONE_POINT = """<item id="q" type="numeric" competencies="gov.a" level="1" points="{points}">
<prompt>Berapa?</prompt><answer value="1"/><source>PP</source><feedback>Satu.</feedback></item>"""


@pytest.fixture(autouse=True)
def user(django_user_model):
    """The account behind the learner that tests get when they name none."""
    return django_user_model.objects.create(pk=7, username="pelajar")


def authors_words(source: str) -> set[str]:
    """What the author wrote, in the pieces in which it is shown."""
    root = etree.fromstring(source)
    words = {text for element in root.iter() for text in (*element.itertext(), *element.attrib.values())}
    words |= {plain_text(text) for text in words}
    return {" ".join(text.split()).strip(" .") for text in words}


def pseudo(source, **host):
    learner = Learner(source, **host)
    learner.runtime._services["i18n"] = PseudoI18n()
    # Studio's, for whoever may edit.
    learner.runtime._services["studio_user_permissions"] = SimpleNamespace(can_write=lambda _course: True)
    return learner


def worked(learner, answers, **fields):
    learner.start()
    for item, response in answers.items():
        assert learner.answer(item, response, **fields)[0] == 200
    return learner


def submitted(learner, answers):
    worked(learner, answers).submit()
    return learner


# Every state that a learner can meet.
STATES = {
    "start": lambda: pseudo(olx()),
    "start, due": lambda: pseudo(olx(attempts=2), due=datetime.now(UTC) + timedelta(days=1)),
    "closed": lambda: pseudo(olx(), due=DUE),
    "signed out": lambda: pseudo(olx(), user_id=None),
    "answering": lambda: worked(pseudo(olx(attempts=2)), WRONG),
    "answering, closed": lambda: _closed(worked(pseudo(olx()), WRONG)),
    "checking": lambda: worked(pseudo(olx(feedback="immediate")), {**RIGHT, "single": WRONG["single"]}, final=True),
    "right": lambda: submitted(pseudo(olx()), RIGHT),
    "wrong": lambda: submitted(pseudo(olx(attempts=3)), WRONG),
    "again": lambda: submitted(submitted(pseudo(olx(attempts=2)), RIGHT), WRONG),
    "never told": lambda: submitted(pseudo(olx(feedback="never")), WRONG),
    "results hidden": lambda: submitted(pseudo(olx(), show_correctness="never"), WRONG),
    "broken": lambda: pseudo(olx("<item id='a' type='numeric'/><oops/>", bank="x@1")),
}  # fmt: skip


def _closed(learner):
    learner.host["due"] = DUE
    return learner


def own_views(block):
    """The views that the block's class defines, however many there come to be."""
    return [
        name
        for name in dir(block.unmixed_class)
        if re.fullmatch(r"[a-z]+_view", name) and _is_ours(block, name)
    ]


def _is_ours(block, name):
    return getattr(getattr(block.unmixed_class, name), "__module__", "").startswith("xblocks.")


@pytest.mark.parametrize("state", STATES)
def test_no_visible_string_is_untranslated(state):
    """In every view and every state, what is not the author's or the learner's is a translated message."""
    learner = STATES[state]()
    data = authors_words(learner.olx) | {
        text for answer in (*RIGHT.values(), *WRONG.values()) for text in _texts(answer)
    }
    views = own_views(learner.block)
    assert {"student_view", "author_view"} <= set(views)
    for view in views:
        learner.block = learner.load()
        page = getattr(learner.block, view)({}).content
        assert "⟦" in page
        assert untranslated(page, data) == [], view
    for message in learner.block.validate().messages:
        assert untranslated(message.text, data) == []


def _texts(value):
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


@pytest.mark.parametrize(
    ("handler", "data"),
    [
        ("begin", {"more": 1}),
        ("answer", {}),
        ("answer", {"item": "nowhere", "response": {}, "uuid": "00000000-0000-4000-8000-000000000000"}),
        ("submit", {"attempt": "x"}),
        ("submit", {}),
    ],
)
def test_refusals_are_translated(handler, data):
    status, reply = pseudo(olx()).post(handler, data)
    assert status >= 400
    assert untranslated(reply["error"], ()) == []


def test_the_search_finds_what_is_untranslated():
    """Text beside a message, a spoken attribute, a heading; not the author's words."""
    page = '<h2 title="Close">⟦Items⟧ left</h2><p>⟦Right match: ⟦x⟧ and <b>Ani</b>⟧</p><p>Ani</p><i data-text-a="Saved">1</i>'
    assert untranslated(page, {"Ani"}) == ["Close", "Saved", "left"]


# JavaScript

JS_PART = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)""",
    re.DOTALL,
)
# Two words, or one with a capital as sentences begin: what people read.
PROSE = re.compile(r"[^\W\d_]{2,} +[^\W\d_]{2,}|^[A-Z][a-z]+\W?$")
# What only machines read: a directive, names of keys of the keyboard.
NOT_SHOWN = {"use strict", "Enter", "Escape", "Tab"}


def prose(script: str) -> list[str]:
    texts = [found["text"][1:-1] for found in JS_PART.finditer(script) if found["text"]]
    return [text for text in texts if PROSE.search(text.strip()) and text not in NOT_SHOWN]


@pytest.mark.parametrize("script", sorted(path.name for path in ASSETS.glob("*.js")))
def test_scripts_hold_no_words(script):
    """What a script shows comes from the server, translated there."""
    assert prose((ASSETS / script).read_text(encoding="utf-8")) == []


def test_words_in_a_script_are_found():
    script = """// Don't mind "quoted words" here
    line.textContent = "Saved"; x = 'please wait'; y = `Not saved: ${reason}`; q("[data-a] .b"); "text/html"; "click"
    /* "No words" */"""
    assert prose(script) == ["Saved", "please wait", "Not saved: ${reason}"]


# Numbers, plurals, times


@pytest.mark.parametrize(
    ("value", "style", "indonesian", "english"),
    [
        ("1250000", "rupiah", "Rp1.250.000,00", "Rp1,250,000.00"),
        ("1250000.5", "rupiah", "Rp1.250.000,50", "Rp1,250,000.50"),
        ("-0.05", "rupiah", "-Rp0,05", "-Rp0.05"),
        ("0", "rupiah", "Rp0,00", "Rp0.00"),
        ("0.005", "rupiah", "Rp0,005", "Rp0.005"),
        ("12.5", "percent", "12,5%", "12.5%"),
        ("100", "percent", "100%", "100%"),
        ("1234567.891", "plain", "1.234.567,891", "1,234,567.891"),
        ("-1000", "plain", "-1.000", "-1,000"),
        ("-0.0", "plain", "0", "0"),
        ("7", "plain", "7", "7"),
    ],
)
def test_numbers_by_language(value, style, indonesian, english):
    style = NumberFormat(style)
    assert format_number(Decimal(value), style) == indonesian
    assert format_number(Decimal(value), style, "id") == indonesian
    assert format_number(Decimal(value), style, "en") == english


@pytest.mark.parametrize(
    ("points", "indonesian", "english"),
    [
        ("1", "1 dari 1 poin", "1 of 1 point<"),
        ("2", "2 dari 2 poin", "2 of 2 points"),
        ("0.5", "0,5 dari 0,5 poin", "0.5 of 0.5 points"),
        ("1000", "1.000 dari 1.000 poin", "1,000 of 1,000 points"),
    ],
)
def test_plurals_and_points_by_language(points, indonesian, english):
    """Indonesian has one form, English two; parts of a point take the plural."""
    for language, expected in (("id", indonesian), ("en", english)):
        with translation.override(language):
            learner = Learner(olx(ONE_POINT.format(points=points)))
            page = submitted(learner, {"q": {"numbers": {"value": "1"}}}).page()
        assert expected in page
        assert ("100%" in page) and f'lang="{language}"' in page


@pytest.mark.parametrize(
    ("zone", "indonesian", "english"),
    [
        ("Asia/Jakarta", "25 November 2026 pukul 14.30 WIB", "25 November 2026 at 14:30 WIB"),
        ("Asia/Makassar", "25 November 2026 pukul 15.30 WITA", "25 November 2026 at 15:30 WITA"),
        ("Asia/Jayapura", "25 November 2026 pukul 16.30 WIT", "25 November 2026 at 16:30 WIT"),
        ("UTC", "25 November 2026 pukul 07.30 UTC", "25 November 2026 at 07:30 UTC"),
    ],
)
def test_times_by_language_and_zone(zone, indonesian, english):
    for language, expected in (("id", indonesian), ("en", english)):
        assert formats.moment(DUE, ZoneInfo(zone), Translator(language, None)) == expected


def test_months_are_translated():
    """May is Mei: the name comes from the reader's language, whatever language is active."""
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with translation.override("en"):
        assert formats.moment(at, UTC, Translator("id", None)).startswith("1 Mei 2026")


@pytest.mark.parametrize(
    ("preferences", "zone"),
    [
        ({"time_zone": "Asia/Jayapura"}, "Asia/Jayapura"),
        ({"time_zone": None}, "site"),
        ({}, "site"),
        (None, "site"),
        ({"time_zone": "Mars/Olympus"}, "site"),
        ({"time_zone": "../../etc/passwd"}, "site"),
    ],
)
def test_the_learner_chooses_the_zone(preferences, zone):
    learner = Learner(olx(), due=DUE)
    learner.runtime._services["user"].attributes["user_preferences"] = preferences
    expected = timezone.get_default_timezone() if zone == "site" else ZoneInfo(zone)
    assert formats.zone_of(learner.block) == expected


def test_the_due_date_is_shown():
    """On the start page, in the learner's zone; not where there is none, nor for the workbench's without a zone."""
    learner = Learner(olx(), due=datetime(2099, 11, 25, 7, 30, tzinfo=UTC))
    learner.runtime._services["user"].attributes["user_preferences"] = {"time_zone": "Asia/Makassar"}
    with translation.override("id"):
        assert "25 November 2099 pukul 15.30 WITA" in learner.page()
        assert "Batas waktu" not in Learner(olx()).page()
        assert "Batas waktu" not in Learner(olx(), due=datetime(2099, 11, 25, 7, 30)).page()  # noqa: DTZ001


# Which language


@pytest.mark.parametrize(
    ("active", "expected", "lang"),
    [
        ("id", "Mulai", "id"),
        ("id-id", "Mulai", "id"),
        ("en", "Start", "en"),
        ("en-us", "Start", "en"),
        ("ar", "Start", "en"),
    ],
)
def test_the_page_says_its_own_language(active, expected, lang):
    """What has no catalogue is English, and says so: the host's page around it may be in another language."""
    with translation.override(active):
        page = Learner(olx()).page()
    assert f'lang="{lang}"' in page
    assert f">{expected}</button>" in page


def test_the_mark_is_a_message():
    """By it a host's catalogue is known for ours: the one that comes with the package has it."""
    assert Translator("id", None).gettext(MARK) != MARK


def test_a_language_that_the_host_brings_is_spoken():
    """A catalogue that an operator pulled for another language is used, and named."""
    with translation.override("jv"):
        found = translator(pseudo(olx()).block)
    assert found.language == "jv"
    assert found.gettext("Start") == "⟦Start⟧"


@pytest.mark.parametrize(("active", "expected"), [("id", "Mulai"), ("ar", "Start")])
def test_the_hosts_chance_words_are_left_out(active, expected):
    """Django knows some short words in every language: no mixture."""

    class ChanceWords(PseudoI18n):
        def gettext(self, text):
            return {"Start": "ابدأ"}.get(text, text)

    learner = Learner(olx())
    learner.runtime._services["i18n"] = ChanceWords()
    with translation.override(active):
        assert f">{expected}</button>" in learner.page()


def test_counts_in_templates():
    """The form is taken by the count, whole or not; values are escaped in either."""
    english = Translator("en", None)
    assert english.ngettext("one", "many", Decimal("1.0")) == "one"
    assert english.ngettext("one", "many", Decimal("0.5")) == "many"
    values = {"item": {"points": 1}, "feedback": {"verdict": "right", "earned": "<b>"}}
    assert "&lt;b&gt; of 1 point<" in render("assessment/feedback.html", values, english)
