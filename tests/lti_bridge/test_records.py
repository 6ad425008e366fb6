"""HR's page and files: who may see them, and exactly what stands in them."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.utils import translation

from lti_bridge.keys import create_key
from lti_bridge.models import CompletionRecord, Delivery
from lti_bridge.records.content import content_hash
from lti_bridge.records.export import COLUMNS, csv_lines
from lti_bridge.records.numbers import RANDOM_ALPHABET, is_record_number, new_record_number
from lti_bridge.records.spreadsheet import xlsx_bytes

from .fakes import COURSE, OTHER_COURSE, make_enrolment

GOLDEN = Path(__file__).parent / "golden" / "completion_records.csv"
pytestmark = [pytest.mark.django_db, pytest.mark.every_database]


def record(user, **changes) -> CompletionRecord:
    row = CompletionRecord(
        **{
            "user": user,
            "course_key": COURSE,
            "record_number": new_record_number(),
            "nip": "198001012005011001",
            "full_name": "Contoh Camat Demo",
            "office_code": "99.01.01",
            "office_name": "Kecamatan Contoh",
            "post": "Camat",
            "course_title": "Manajemen Pemerintahan Kecamatan",
            "organiser": "BPSDM Contoh",
            "lesson_hours": 20,
            # 23:30 UTC is the next day in Jakarta.
            "started_at": datetime(2026, 3, 1, 1, 0, tzinfo=UTC),
            "completed_at": datetime(2026, 3, 4, 23, 30, tzinfo=UTC),
            "score": Decimal("85.5"),
            **changes,
        }
    )
    row.content_hash = content_hash(row)
    row.save()
    return row


@pytest.fixture
def people(django_user_model):
    return [django_user_model.objects.create_user(f"orang{number}") for number in range(4)]


@pytest.fixture
def hr(client, django_user_model):
    """A browser in which an HR officer is signed in."""
    officer = django_user_model.objects.create_user("hr")
    officer.user_permissions.add(Permission.objects.get(codename="view_completionrecord"))
    client.force_login(officer)
    return client


@pytest.fixture
def awkward(people):
    """Records with everything that breaks a careless file."""
    return [
        record(people[0], record_number="KP-00000-00001-A"),
        record(
            people[1],
            record_number="KP-00000-00002-B",
            full_name='=HYPERLINK("https://lain.example.test";"klik")',
            post='-\tKasi; Umum, "Plt"\r\nCamat',
            score=Decimal(100),
        ),
        record(
            people[2],
            record_number="KP-00000-00003-C",
            nip="",
            full_name="",
            office_name="Kelurahan Señor Ünïcode",
            score=Decimal("0.5"),
        ),
    ]


def test_the_csv_file_is_exactly_the_golden_one(awkward):
    """Columns, order, quoting, dates of Jakarta, decimal points, guards against formulas: byte for byte."""
    assert b"".join(csv_lines(awkward)) == GOLDEN.read_bytes()


def test_the_columns_are_those_that_importers_know():
    """The names and their order are a contract with HR systems."""
    assert list(COLUMNS) == [
        "nomor_rekaman",
        "nip",
        "nama",
        "jabatan",
        "kode_unit",
        "unit_kerja",
        "kode_pelatihan",
        "nama_pelatihan",
        "penyelenggara",
        "tanggal_mulai",
        "tanggal_selesai",
        "jp",
        "nilai",
    ]


def test_a_nip_in_the_csv_file_stays_text_in_a_spreadsheet(awkward):
    """Blanks keep a spreadsheet from making a number of it; without them all 18 digits are there."""
    cell = b"".join(csv_lines(awkward)).decode("utf-8-sig").splitlines()[1].split(",")[1].strip('"')
    assert cell == "19800101 200501 1 001"
    with pytest.raises(ValueError, match="could not convert"):
        float(cell)
    assert cell.replace(" ", "") == "198001012005011001"


def test_the_xlsx_file_holds_text_as_text(awkward):
    """NIP, codes and dates are text cells, formulas are not formulas, JP and score are numbers."""
    book = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx_bytes(awkward))))
    head, first, second, third = book.active.iter_rows()
    assert [cell.value for cell in head] == list(COLUMNS)
    cells = dict(zip(COLUMNS, first, strict=True))
    assert (cells["nip"].value, cells["nip"].data_type, cells["nip"].number_format) == (
        "198001012005011001",
        "s",
        "@",
    )
    assert (cells["tanggal_mulai"].value, cells["tanggal_selesai"].value) == ("2026-03-01", "2026-03-05")
    assert (cells["jp"].value, cells["nilai"].value, cells["nilai"].number_format) == (20, 85.5, "0.00")
    assert dict(zip(COLUMNS, second, strict=True))["nama"].data_type == "s"
    assert not dict(zip(COLUMNS, third, strict=True))["nip"].value


def test_the_files_do_not_depend_on_the_language(awkward):
    """A machine reads them: decimal points stay points."""
    with translation.override("id"):
        assert b"".join(csv_lines(awkward)) == GOLDEN.read_bytes()


@pytest.mark.parametrize("name", ["records", "records.csv", "records.xlsx"])
def test_only_hr_officers_see_records(client, django_user_model, name):
    """Personal data of all officials is for those with the permission; others log in or are refused."""
    assert client.get(f"/lti/{name}").status_code == 302
    client.force_login(django_user_model.objects.create_user("pelajar"))
    assert client.get(f"/lti/{name}").status_code == 403


def test_the_page_shows_records_and_how_their_reports_stand(hr, people):
    """Delivered, waiting and failed reports are counted; a missing NIP is said."""
    enrolment = make_enrolment("https://simpeg.example.test", user=people[0])
    record(people[0])
    record(people[1], nip="")
    states = ["delivered", "superseded", "pending", "dead", "blocked"]
    for number, state in enumerate(states, 1):
        Delivery.objects.create(
            target=enrolment.target,
            account=enrolment.account,
            kind="grade",
            sequence=number,
            value=1,
            maximum=100,
            completed=True,
            event_time=datetime(2026, 3, 4, tzinfo=UTC),
            not_before=datetime(2026, 3, 4, tzinfo=UTC),
            state=state,
        )
    reply = hr.get("/lti/records")
    counts = {row.nip: found for row, found in reply.context["rows"]}
    found = counts["198001012005011001"]
    assert (found.delivered, found.waiting, found.failed) == (1, 1, 2)
    assert counts[""] is None
    text = reply.content.decode()
    assert "19800101 200501 1 001" in text
    assert reply["Cache-Control"].startswith("max-age=0, no-cache, no-store")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 3),
        ({"course": COURSE}, 2),
        ({"course": OTHER_COURSE}, 1),
        ({"since": "2026-03-05"}, 2),
        ({"until": "2026-03-05"}, 2),
        ({"since": "2026-03-05", "until": "2026-03-05"}, 1),
        ({"since": "2026-03-06", "until": "2026-03-31", "course": OTHER_COURSE}, 0),
    ],
    ids=str,
)
def test_records_are_chosen_by_course_and_local_day(hr, people, query, found):
    """Days are those of the region's time zone, both ends included; the files follow the same choice."""
    record(people[0])
    record(people[1], completed_at=datetime(2026, 3, 5, 17, 0, tzinfo=UTC))
    record(people[2], course_key=OTHER_COURSE, completed_at=datetime(2026, 3, 4, 16, 59, tzinfo=UTC))
    assert len(hr.get("/lti/records", query).context["rows"]) == found
    lines = b"".join(hr.get("/lti/records.csv", query).streaming_content).splitlines()
    assert len(lines) == found + 1


@pytest.mark.parametrize(
    "query",
    [
        {"since": "kemarin"},
        {"since": "2026-03-05", "until": "2026-03-01"},
        {"course": "tidak-ada"},
        # No day before, and none after, in some time zone.
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
    ],
    ids=["no-date", "ends-before-it-begins", "unknown-course", "first-day", "last-day"],
)
@pytest.mark.parametrize("name", ["records", "records.csv", "records.xlsx"])
def test_a_choice_that_makes_no_sense_is_explained(hr, people, query, name):
    """No file is given out for a choice that was not understood."""
    record(people[0])
    reply = hr.get(f"/lti/{name}", query)
    assert reply.status_code == 400
    assert reply.context["form"].errors


def test_the_page_asks_the_same_number_of_queries_for_many(hr, people, django_assert_max_num_queries):
    """Fifty records cost no more queries than one."""
    for person in people:
        record(person)
        record(person, course_key=OTHER_COURSE)
    with django_assert_max_num_queries(10):
        hr.get("/lti/records")
    with django_assert_max_num_queries(8):
        b"".join(hr.get("/lti/records.csv").streaming_content)


def test_names_are_escaped_on_the_page(hr, people):
    """A name is text, whatever is in it."""
    record(people[0], full_name="<script>alert(1)</script>")
    assert "<script>alert" not in hr.get("/lti/records").content.decode()


def test_downloads_are_noted_without_naming_an_official(hr, people, caplog):
    """Who took the data out is on record; whose data it was is not repeated."""
    record(people[0])
    with caplog.at_level("INFO"):
        hr.get("/lti/records.csv")
    assert "downloaded as csv" in caplog.text
    assert "Contoh" not in caplog.text


def test_one_record_for_a_person_and_course(people):
    """The database holds it, whoever writes."""
    record(people[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        record(people[0])


def test_record_numbers_have_a_check_character_that_finds_slips():
    """Every single wrong character is found (ISO/IEC 7064 MOD 37,36)."""
    number = new_record_number()
    assert is_record_number(number)
    for position, char in enumerate(number):
        if char == "-" or position < 3:
            continue
        for other in set(RANDOM_ALPHABET) - {char}:
            assert not is_record_number(number[:position] + other + number[position + 1 :])


def test_record_numbers_do_not_repeat_and_tell_nothing():
    """They are random, and neither counted nor derived from the person."""
    numbers = {new_record_number() for _time in range(2000)}
    assert len(numbers) == 2000
    assert len({number[3] for number in numbers}) > 20
    assert not {"I", "L", "O", "U"} & set("".join(number[3:] for number in numbers))


@pytest.mark.parametrize(
    "text", ["", "KP", "KP-00000-00000", "kp-00000-00000-0", "XX-00000-00000-0"], ids=str
)
def test_other_texts_are_no_record_numbers(text):
    """The form is checked before the check character."""
    assert not is_record_number(text)


def test_the_hash_changes_with_every_fact(people):
    """Whoever alters a record cannot keep its hash."""
    row = record(people[0])
    hashes = {content_hash(row)}
    for name, value in {
        "nip": "199001012015012002",
        "full_name": "x",
        "office_code": "99",
        "office_name": "x",
        "post": "x",
        "course_key": "x",
        "course_title": "x",
        "organiser": "x",
        "lesson_hours": 21,
        "score": Decimal("85.51"),
        "record_number": "x",
        "started_at": datetime(2026, 3, 2, tzinfo=UTC),
        "completed_at": datetime(2026, 3, 6, tzinfo=UTC),
    }.items():
        former = getattr(row, name)
        setattr(row, name, value)
        hashes.add(content_hash(row))
        setattr(row, name, former)
    assert len(hashes) == 14


@pytest.mark.parametrize(
    "model",
    ["platform", "toolkey", "linkedaccount", "reporttarget", "enrolment", "completionrecord", "delivery"],
)
def test_the_administration_shows_no_secret_and_changes_no_fact(admin_client, people, model):
    """Lists open; private keys and platform ids of persons are nowhere."""
    make_enrolment("https://simpeg.example.test", sub="rahasia-sub")
    key = create_key()
    record(people[0])
    reply = admin_client.get(f"/admin/kapasitas_lti/{model}/")
    assert reply.status_code == 200
    assert key.encrypted_private_key[:20] not in reply.content.decode()
    assert "rahasia-sub" not in reply.content.decode()
    if model != "platform":
        assert admin_client.get(f"/admin/kapasitas_lti/{model}/add/").status_code == 403
