"""The import page: what it reads, what it refuses, and that it changes only what was confirmed."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from pytest_django import DjangoAssertNumQueries

from standalone.simpeg.imports import table
from standalone.simpeg.imports.rows import ERROR, check
from standalone.simpeg.imports.table import COLUMNS, Cell, Line, TableError, read_table
from standalone.simpeg.models import ImportBatch, Official, ServiceRecord

from .conftest import make_official

GOOD = {
    "nomor_rekaman": "KPS-2026-0001",
    "nip": "198001012005011001",
    "nama": "Contoh Lurah Demo",
    "jabatan": "Lurah",
    "kode_unit": "99.71.01.1001",
    "unit_kerja": "Kelurahan Contoh Asri",
    "kode_pelatihan": "course-v1:Demo+K1+2026",
    "nama_pelatihan": "Kursus Contoh",
    "penyelenggara": "BKPSDM Kota Contoh",
    "tanggal_mulai": "2026-01-05",
    "tanggal_selesai": "2026-01-09",
    "jp": "20",
    "nilai": "87.50",
}


def csv_file(
    *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, separator: str = ",", bom: bool = False
) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row.get(name, "") for name in COLUMNS][: len(columns)])
    return ("\ufeff" if bom else "").encode() + buffer.getvalue().encode()


def xlsx_file(*rows: dict[str, Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([row.get(name) for name in COLUMNS])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def upload(client: Client, content: bytes, name: str = "rekaman.csv") -> HttpResponse:
    return client.post("/import/", {"file": SimpleUploadedFile(name, content)})


def import_all(client: Client, content: bytes) -> HttpResponse:
    """Upload, confirm, and return the page after it."""
    response = upload(client, content)
    assert response.status_code == 302, response.content.decode()
    return client.post(response.url, {"confirm": "1"}, follow=True)


def problems(content: bytes) -> list[tuple[int, str, str]]:
    """Return every problem as (line, column, English message)."""
    with translation.override("en"):
        checked = check(read_table(content).lines)
    assert all((line.status == ERROR) == bool(line.problems) for line in checked)
    return [(line.number, problem.column, problem.message) for line in checked for problem in line.problems]


def changed(**changes: str) -> dict[str, str]:
    return {**GOOD, **changes}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(csv_file(GOOD), id="commas"),
        pytest.param(csv_file(GOOD, separator=";"), id="semicolons"),
        pytest.param(csv_file(GOOD, bom=True), id="with BOM"),
        pytest.param(
            csv_file(GOOD, columns=tuple(c.upper().replace("_", " ") for c in COLUMNS)), id="HEADINGS"
        ),
        pytest.param(csv_file(GOOD) + b"\r\n,,,\r\n", id="empty lines at the end"),
        pytest.param(b"\r\n" + csv_file(GOOD), id="empty line first"),
        pytest.param(csv_file(changed(nip="19800101 200501 1 001")), id="grouped NIP"),
        pytest.param(csv_file(changed(nip="'198001012005011001")), id="guarded NIP"),
        pytest.param(
            csv_file(changed(tanggal_mulai="05-01-2026", tanggal_selesai="09/01/2026")), id="other dates"
        ),
        pytest.param(csv_file(changed(nilai="87,5"), separator=";"), id="decimal comma"),
        pytest.param(xlsx_file(GOOD), id="xlsx of texts"),
        pytest.param(
            xlsx_file(
                {
                    **GOOD,
                    "tanggal_mulai": date(2026, 1, 5),
                    "tanggal_selesai": datetime(2026, 1, 9, 12, 0),  # noqa: DTZ001 - as spreadsheets have it
                    "jp": 20.0,
                    "nilai": 87.5,
                }
            ),
            id="xlsx of dates and numbers",
        ),
    ],
)
def test_a_record_reaches_the_service_record(manager: Client, official: Official, content: bytes) -> None:
    """Every accepted way of writing gives the same record."""
    import_all(manager, content)
    record = ServiceRecord.objects.get()
    assert record.official == official
    assert (record.number, record.course_title, record.hours) == ("KPS-2026-0001", "Kursus Contoh", 20)
    assert (record.started_on, record.finished_on) == (date(2026, 1, 5), date(2026, 1, 9))
    assert record.grade == Decimal("87.50")
    assert "Kursus Contoh" in manager.get(f"/officials/{official.pk}/").content.decode()


def test_nothing_is_stored_before_it_is_confirmed(manager: Client, official: Official) -> None:
    """The preview shows; discarding stores nothing and forgets the rows."""
    response = upload(manager, csv_file(GOOD))
    page = manager.get(response.url).content.decode()
    assert "Kursus Contoh" in page
    assert not ServiceRecord.objects.exists()
    manager.post(response.url, {"discard": "1"})
    assert not ServiceRecord.objects.exists()
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.rows) == ("discarded", [])


def test_the_same_file_twice_changes_nothing(manager: Client, official: Official) -> None:
    """The second upload counts every line as unchanged and offers no import."""
    import_all(manager, csv_file(GOOD))
    before = ServiceRecord.objects.values().get()
    response = upload(manager, csv_file(GOOD))
    page = manager.get(response.url)
    assert page.context["counts"] == {"new": 0, "changed": 0, "unchanged": 1, "error": 0}
    assert 'name="confirm"' not in page.content.decode()
    manager.post(response.url, {"confirm": "1"})
    assert ServiceRecord.objects.values().get() == before


def test_a_confirmation_works_once(manager: Client, official: Official) -> None:
    """A second click, or a discard after the import, does nothing."""
    response = upload(manager, csv_file(GOOD))
    manager.post(response.url, {"confirm": "1"})
    ServiceRecord.objects.all().delete()
    manager.post(response.url, {"confirm": "1"})
    manager.post(response.url, {"discard": "1"})
    assert not ServiceRecord.objects.exists()
    assert ImportBatch.objects.get().state == "imported"


def test_a_known_number_changes_its_record(manager: Client, official: Official) -> None:
    """nomor_rekaman is the key; the preview names what changes, from what to what."""
    import_all(manager, csv_file(GOOD))
    response = upload(manager, csv_file(changed(nilai="90", jp="24")))
    [line] = manager.get(response.url).context["good"]
    assert [(c.column, c.old, c.new) for c in line.changes] == [
        ("jp", 20, 24),
        ("nilai", Decimal("87.50"), Decimal("90.00")),
    ]
    manager.post(response.url, {"confirm": "1"})
    record = ServiceRecord.objects.get()
    assert (record.grade, record.hours) == (Decimal("90.00"), 24)


def test_a_number_never_moves_to_another_official(manager: Client, official: Official) -> None:
    """A record number that is here for somebody else is an error, not a change."""
    import_all(manager, csv_file(GOOD))
    make_official("kasi", 2)
    [(line, column, message)] = problems(csv_file(changed(nip="198001012005011002")))
    assert (line, column) == (2, "nomor_rekaman")
    assert "another official" in message


def test_lines_with_errors_are_left_out(manager: Client, official: Official) -> None:
    """The others are imported; the page counts both."""
    bad = changed(nomor_rekaman="KPS-2026-0002", nilai="101")
    page = import_all(manager, csv_file(GOOD, bad)).content.decode()
    assert ServiceRecord.objects.count() == 1
    assert ImportBatch.objects.get().summary["error"] == 1
    assert "1 baru, 0 berubah, 0 tetap, 1 bermasalah" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nomor_rekaman": ""}, "empty"),
        ({"nomor_rekaman": "x" * 65}, "longer than 64"),
        ({"nip": ""}, "empty"),
        ({"nip": "12345"}, "18 digits"),
        ({"nip": "19800101200501100x"}, "18 digits"),
        ({"nip": "\u0661" * 18}, "18 digits"),
        ({"nip": "1,98001012005011E+17"}, "15 of its 18 digits"),
        ({"nip": "1.98E+17"}, "15 of its 18 digits"),
        ({"nip": "199901012020011009"}, "No official"),
        ({"nama": ""}, "empty"),
        ({"kode_pelatihan": ""}, "empty"),
        ({"nama_pelatihan": "dua\nbaris"}, "line breaks"),
        ({"penyelenggara": ""}, "empty"),
        ({"tanggal_mulai": "5 Januari 2026"}, "Write the date"),
        ({"tanggal_selesai": ""}, "empty"),
        ({"tanggal_selesai": "2026-02-30"}, "Write the date"),
        ({"tanggal_selesai": "01/13/2026"}, "Write the date"),
        ({"tanggal_selesai": "2999-01-01"}, "future"),
        ({"tanggal_selesai": "2026-01-04"}, "before it starts"),
        ({"jp": "0"}, "whole number"),
        ({"jp": "20,5"}, "whole number"),
        ({"jp": "-1"}, "whole number"),
        ({"jp": "99999"}, "whole number"),
        ({"nilai": "100.01"}, "at most 100"),
        ({"nilai": "-1"}, "from 0 to 100"),
        ({"nilai": "A"}, "from 0 to 100"),
        ({"nilai": "NaN"}, "from 0 to 100"),
        ({"nilai": "1e1"}, "from 0 to 100"),
    ],
    ids=str,
)
def test_each_error_names_line_column_and_remedy(
    official: Official, changes: dict[str, str], message: str
) -> None:
    """Exactly one problem for one wrong cell."""
    [(line, column, text)] = problems(csv_file(changed(**changes)))
    assert (line, column) == (2, next(iter(changes)))
    assert message in text


@pytest.mark.parametrize("nip", [198001012005011001, 1.98001012005011e17], ids=["integer", "float"])
def test_a_nip_that_a_spreadsheet_made_a_number_is_an_error(official: Official, nip: float) -> None:
    """Even where all digits seem to be there: the spreadsheet keeps only 15."""
    [(_, column, message)] = problems(xlsx_file({**GOOD, "nip": nip}))
    assert column == "nip"
    assert "15 of its 18 digits" in message


def test_a_number_used_twice_in_the_file_is_an_error(official: Official) -> None:
    """The second line is refused and names the first."""
    [(line, column, message)] = problems(csv_file(GOOD, changed(jp="21")))
    assert (line, column) == (3, "nomor_rekaman")
    assert "line 2" in message


def test_another_name_is_a_warning(manager: Client, official: Official) -> None:
    """Names change by titles and spelling; the NIP decides, and the HR officer is told."""
    response = upload(manager, csv_file(changed(nama="Nama Lain")))
    page = manager.get(response.url)
    [line] = page.context["good"]
    assert [warning.column for warning in line.warnings] == ["nama"]
    assert '<td class="noted">' in page.text  # wide enough for a sentence, on a phone too
    response = upload(manager, csv_file(changed(nama="  contoh   LURAH demo")))
    page = manager.get(response.url)
    [line] = page.context["good"]
    assert line.warnings == []
    assert "noted" not in page.text


def test_a_line_number_is_that_of_the_file(official: Official) -> None:
    """A quoted line break or an empty line before does not shift it."""
    first = changed(unit_kerja="dua\nbaris")
    content = csv_file(first, changed(nomor_rekaman="2", jp="x"))
    assert [line for line, _, _ in problems(content)] == [2, 4]


@pytest.mark.parametrize("text", ["=1+1", "+62", "@a", "-x"])
def test_a_guard_against_formulas_is_taken_off(text: str) -> None:
    """An export puts an apostrophe before what a spreadsheet would run."""
    [line] = read_table(csv_file(changed(jabatan=f"'{text}"))).lines
    assert line.cells["jabatan"].text == text


def zipped(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_x", ".xml"), content)
    return buffer.getvalue()


def with_entity(encoding: str = "ascii", name: str = "sheet1.xml") -> bytes:
    """Return a workbook whose sheet declares an entity; the other parts call the sheet by this name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_file(GOOD))) as good, zipfile.ZipFile(buffer, "w") as bad:
        for part in good.namelist():
            content = good.read(part).replace(b"sheet1.xml", name.encode())
            if part == "xl/worksheets/sheet1.xml":
                content = ('<!DOCTYPE a [<!ENTITY b "c">]>' + content.decode()).encode(encoding)
            bad.writestr(part.replace("sheet1.xml", name), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\n\n", "empty", id="only line breaks"),
        pytest.param(csv_file(), "no line below", id="only headings"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3", "neither an .xlsx", id="PDF"),
        pytest.param("nomor_rekaman,nip".encode("utf-16"), "neither an .xlsx", id="UTF-16"),
        pytest.param(b"nip\x00", "not a table", id="NUL"),
        pytest.param(b"<html><body>nip</body></html>", "Missing: nomor_rekaman", id="HTML"),
        pytest.param(csv_file(GOOD, columns=COLUMNS[:-1]), "Missing: nilai", id="column missing"),
        pytest.param(b"nip," + csv_file(GOOD), "twice: nip", id="column twice"),
        pytest.param(csv_file(GOOD) + b'"open', "line 3", id="open quotation mark"),
        pytest.param(csv_file(*[GOOD] * 5001), "more than 5000", id="too many lines"),
        pytest.param(b"x" * (2 * 2**20 + 1), "larger than 2 MB", id="too large"),
        pytest.param(b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old or a protected", id="old Excel"),
        pytest.param(b"PK\x03\x04 no archive", "damaged", id="no archive"),
        pytest.param(xlsx_file(GOOD)[:-200], "damaged", id="cut archive"),
        pytest.param(zipped(a_x=b"<a/>"), "damaged", id="archive without a workbook"),
        pytest.param(zipped(xl__worksheets__sheet1_x=b"0" * 40_000_000), "unpacks", id="zip bomb"),
        pytest.param(zipped(**{f"p{number}_x": b"" for number in range(300)}), "unpacks", id="many parts"),
        pytest.param(with_entity(), "no spreadsheet needs", id="entity"),
        pytest.param(with_entity("utf-16-le"), "no spreadsheet needs", id="entity in UTF-16"),
        pytest.param(with_entity(name="sheet1.dat"), "no spreadsheet needs", id="entity in another name"),
    ],
)
def test_a_file_that_is_no_proper_table_is_refused(manager: Client, content: bytes, message: str) -> None:
    """400 with a message that says what to do; nothing is kept."""
    with translation.override("en"), pytest.raises(TableError, match=f"(?i){message}"):
        read_table(content)
    assert upload(manager, content).status_code == 400
    assert not ImportBatch.objects.exists()


def test_no_file_at_all_is_refused(manager: Client, db: None) -> None:
    """The message asks to choose one."""
    response = manager.post("/import/")
    assert response.status_code == 400
    assert "Pilih berkas" in response.content.decode()


def test_a_sheet_with_a_cell_far_below_is_refused() -> None:
    """A sheet that claims a million lines is read only up to a limit, and nothing is left out silently."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(COLUMNS))
    sheet["A1048576"] = "x"
    buffer = io.BytesIO()
    book.save(buffer)
    with translation.override("en"), pytest.raises(TableError, match="more than 5000 lines"):
        read_table(buffer.getvalue())


def test_empty_lines_at_the_end_of_a_sheet_are_read_over() -> None:
    """Formatted but empty lines are usual; they are no lines."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(COLUMNS))
    sheet.append([GOOD[name] for name in COLUMNS])
    sheet["A9000"].number_format = "@"
    buffer = io.BytesIO()
    book.save(buffer)
    assert [line.number for line in read_table(buffer.getvalue()).lines] == [2]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_clear_error(content: bytes) -> None:
    """read_table raises TableError and nothing else."""
    for start in (b"", table.ZIP, b"nomor_rekaman,"):
        try:
            read_table(start + content)
        except TableError as error:
            assert str(error)


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")  # it tells what it does not know
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1))
def test_a_damaged_archive_is_a_table_or_a_clear_error(changes: list[tuple[float, int]]) -> None:
    """Bytes changed anywhere in the file, in what is compressed too."""
    content = bytearray(WORKBOOK)
    for place, value in changes:
        content[int(place * len(content))] = value
    try:
        read_table(bytes(content))
    except TableError as error:
        assert str(error)


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@given(st.data())
def test_a_damaged_workbook_is_a_table_or_a_clear_error(data: st.DataObject) -> None:
    """Bytes changed anywhere in a real workbook, inside its parts too."""
    source, buffer = zipfile.ZipFile(io.BytesIO(WORKBOOK)), io.BytesIO()
    victim = data.draw(st.sampled_from(source.namelist()))
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in source.namelist():
            content = bytearray(source.read(name))
            if name == victim:
                position = data.draw(st.integers(0, len(content) - 1))
                content[position] = data.draw(st.integers(0, 255))
            archive.writestr(name, bytes(content))
    try:
        read_table(buffer.getvalue())
    except TableError as error:
        assert str(error)


WORKBOOK = xlsx_file(GOOD)


def test_checking_takes_two_queries_for_any_number_of_lines(
    official: Official, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One for the officials, one for the records."""
    lines = [
        Line(number, {name: Cell(text) for name, text in changed(nomor_rekaman=str(number)).items()})
        for number in range(2, 300)
    ]
    with django_assert_num_queries(2):
        assert not any(line.problems for line in check(lines))


def test_a_preview_belongs_to_who_uploaded_it(manager: Client, official: Official, client: Client) -> None:
    """Another HR officer neither sees nor decides it."""
    response = upload(manager, csv_file(GOOD))
    other = User.objects.create_user("hr2")
    other.user_permissions.add(Permission.objects.get(codename="manage_personnel"))
    second = Client()
    second.force_login(other)
    assert second.get(response.url).status_code == 404
    assert second.post(response.url, {"confirm": "1"}).status_code == 404
    assert not ServiceRecord.objects.exists()


def test_old_undecided_uploads_are_emptied(manager: Client, official: Official) -> None:
    """Personal data does not wait for ever."""
    upload(manager, csv_file(GOOD))
    ImportBatch.objects.update(uploaded_at=datetime.fromisoformat("2026-01-01T00:00:00+07:00"))
    upload(manager, csv_file(GOOD))
    old = ImportBatch.objects.order_by("pk")[0]
    assert (old.state, old.rows) == ("discarded", [])


def test_what_became_wrong_after_the_preview_is_not_imported(manager: Client, official: Official) -> None:
    """The lines are checked again at the confirmation."""
    make_number: Callable[[], str] = lambda: upload(manager, csv_file(GOOD)).url  # noqa: E731
    first, second = make_number(), make_number()
    manager.post(first, {"confirm": "1"})
    other = make_official("kasi", 2)
    ServiceRecord.objects.update(official=other)
    manager.post(second, {"confirm": "1"})
    assert ServiceRecord.objects.get().official == other
