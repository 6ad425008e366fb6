"""Records: versions never change, responses are appended once, all problems are told."""

# Data stays on one line, where it is easier to read.
# ruff: noqa: E501

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from xblocks.competency.errors import UnknownReferenceError
from xblocks.records import api
from xblocks.records.models import Competency, ItemBank, Post, Response

pytestmark = pytest.mark.django_db

ITEM = """<item id="q1" type="numeric" competencies="gov.a" level="1"><prompt>Berapa?</prompt>
<answer value="1"/><source>PP 17/2018</source><feedback>Satu.</feedback></item>"""


def bank(item=ITEM, version="1"):
    return f'<item_bank id="uji" version="{version}" title="Uji" lang="id">{item}</item_bank>'


FRAMEWORK = """<competency_framework id="kapasitas" version="{version}"><domain id="pemerintahan">
<name lang="id">Pemerintahan</name><competency id="gov.a" hr_code="PEM-01"><name lang="id">{name}</name>
<name lang="en">Status</name><level n="1"><description lang="id">Menyebutkan.</description><indicator id="gov.a.1.1"><description lang="id">Menunjukkan di peta.</description></indicator></level></competency>
</domain><post id="camat" eselon="31"><name lang="id">Camat</name><requires competency="gov.a" level="1"/></post>
</competency_framework>"""


def framework(version="1", name="Kedudukan"):
    return FRAMEWORK.format(version=version, name=name)


def test_a_bank_version_never_changes():
    """The same content again is fine, blanks aside; other content under the same version is refused."""
    assert api.load_bank(bank()) == "uji@1"
    assert api.load_bank(bank(f"\n  {ITEM}\n")) == "uji@1"
    with pytest.raises(api.ChangedContentError, match="uji@1"):
        api.load_bank(bank(ITEM.replace('value="1"', 'value="2"')))
    assert api.load_bank(bank(ITEM.replace('value="1"', 'value="2"'), version="2")) == "uji@2"
    assert api.bank_items("uji@1")["q1"].answer.value == 1
    assert api.bank_items("uji@2")["q1"].answer.value == 2


def test_bad_content_is_not_loaded():
    """A bank with problems leaves nothing behind and names each problem's line."""
    with pytest.raises(api.InvalidContentError) as caught:
        api.load_bank(bank(ITEM.replace("<source>PP 17/2018</source>", "") + "\n<item/>"))
    assert not ItemBank.objects.exists()
    lines = {problem.line for problem in caught.value.problems}
    assert lines == {1, 3}


def test_unknown_banks_are_named():
    """A bank that is not loaded is an error that names it."""
    with pytest.raises(UnknownReferenceError, match="nowhere@1"):
        api.bank_items("nowhere@1")


def test_framework_names():
    """Names come in the language asked for, Indonesian otherwise, the id where nothing is known."""
    assert api.load_framework(framework()) == "kapasitas@1"
    assert api.competency_names(["gov.a", "gov.z"], "en") == {"gov.a": "Status", "gov.z": "gov.z"}
    assert api.competency_names(["gov.a"], "fr") == {"gov.a": "Kedudukan"}
    assert api.known_competencies(["gov.a", "gov.z"]) == {"gov.a"}
    with pytest.raises(api.ChangedContentError, match="kapasitas@1"):
        api.load_framework(framework(name="Lain"))
    api.load_framework(framework(version="2", name="Kedudukan baru"))
    assert api.competency_names(["gov.a"], "id") == {"gov.a": "Kedudukan baru"}
    assert Competency.objects.count() == 2


def test_posts_of_a_framework():
    """They are kept with what they require; a framework from before they were gets them when loaded again."""
    api.load_framework(framework())
    (post,) = Post.objects.all()
    assert (post.post_id, post.eselon, post.names, post.requires) == (
        "camat", "31", {"id": "Camat"}, {"gov.a": 1},
    )  # fmt: skip
    post.delete()
    api.load_framework(framework())
    api.load_framework(framework())
    assert Post.objects.count() == 1
    assert Competency.objects.count() == 1


def record(number=1, item="q1"):
    return api.ResponseRecord(
        item_id=item,
        client_uuid=UUID(int=number),
        response={"text": "x"},
        fraction=Decimal(1) / 3,
        points=Decimal(2) / 3,
        answered_at=datetime.now(UTC),
    )


def test_responses_are_appended_once(django_user_model):
    """A response with the same client UUID is recorded once for a learner, and for each learner apart."""
    first, second = (django_user_model.objects.create(username=name) for name in "ab")
    api.record_responses(first.pk, "block-v1:x", 1, [record(1), record(2, "q2")])
    api.record_responses(first.pk, "block-v1:x", 1, [record(1, "q9"), record(3)])
    api.record_responses(second.pk, "block-v1:x", 1, [record(1)])
    kept = Response.objects.filter(user=first).order_by("client_uuid")
    assert [row.item_id for row in kept] == ["q1", "q2", "q1"]
    assert kept[0].fraction == Decimal("0.333333")
    assert Response.objects.filter(user=second).count() == 1


def content(directory: Path, bank_xml: str) -> Path:
    for folder, text in (("frameworks", framework()), ("banks", bank_xml)):
        (directory / folder).mkdir(parents=True)
        (directory / folder / "a.xml").write_text(text, encoding="utf-8")
    return directory


def test_load_content(tmp_path):
    """The command loads frameworks and banks, and again changes nothing."""
    path = content(tmp_path / "good", bank())
    call_command("load_content", str(path), stdout=StringIO())
    call_command("load_content", str(path), stdout=StringIO())
    assert ItemBank.objects.get().bank_id == "uji"


def test_load_content_all_or_nothing(tmp_path):
    """With a problem in one file nothing is loaded, and the message names file and line."""
    path = content(tmp_path / "bad", bank("<item/>"))
    with pytest.raises(CommandError, match=r"a\.xml:line 1"):
        call_command("load_content", str(path), stdout=StringIO())
    assert not Competency.objects.exists()
    # Else two lines about folders that lack, for one slip.
    with pytest.raises(CommandError, match=r"^\S+/nowhere: no such directory; .*frameworks/ and banks/$"):
        call_command("load_content", str(tmp_path / "nowhere"), stdout=StringIO())


def test_a_uuid_used_again_elsewhere_hides_no_answer(django_user_model):
    """The client chooses the uuid; the same one in another attempt or block is another answer."""
    user = django_user_model.objects.create_user("contoh-uuid")
    for place, attempt in (("block-a", 1), ("block-a", 2), ("block-b", 1), ("block-b", 1)):
        api.record_responses(user.pk, place, attempt, [record(1)])
    assert Response.objects.filter(user=user).count() == 3
