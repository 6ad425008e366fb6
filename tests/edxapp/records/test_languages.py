"""Catalogues as the platform finds them: pulled by atlas first, then the one that comes with the package."""

import struct
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from tests.xblocks.samples import olx
from tests.xblocks.support import Learner
from xblocks.host.i18n import MARK

from .fake_platform import FakeXBlockI18nService

PULLED = "conf/plugins-locale/xblock.v1/xblocks/{language}/LC_MESSAGES/django.mo"
pytestmark = pytest.mark.django_db


def pull(repo_root: Path, language: str, **messages: str) -> None:
    """Put a catalogue where ``pull_xblock_translations`` and ``compile_xblock_translations`` do."""
    mo = repo_root / PULLED.format(language=language)
    mo.parent.mkdir(parents=True)
    mo.write_bytes(mo_of({"": "Content-Type: text/plain; charset=utf-8\n", **messages}))


def mo_of(messages: dict[str, str]) -> bytes:
    """Return the messages as msgfmt compiles them (GNU gettext manual, the format of GNU MO files)."""
    pairs = [(source.encode(), text.encode()) for source, text in sorted(messages.items())]
    start = 28 + 16 * len(pairs)
    tables, texts = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<II", len(pair[column]), start + len(texts))
            texts += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + tables[0] + tables[1] + texts


def page(settings: Any, repo_root: Path, language: str) -> str:
    settings.REPO_ROOT = repo_root
    learner = Learner(olx())
    with translation.override(language):
        learner.runtime._services["i18n"] = FakeXBlockI18nService(learner.block)
        return learner.page()


def test_without_atlas_the_bundled_catalogue_speaks(settings: Any, tmp_path: Path) -> None:
    shown = page(settings, tmp_path, "id")
    assert ">Mulai</button>" in shown
    assert 'lang="id"' in shown


def test_a_pulled_catalogue_wins(settings: Any, tmp_path: Path) -> None:
    """What it lacks comes from the bundled one, message by message."""
    pull(tmp_path, "id", Start="Ayo mulai", **{MARK: "Masuk dahulu, ya."})
    shown = page(settings, tmp_path, "id")
    assert ">Ayo mulai</button>" in shown
    assert "Jumlah soal" in shown


def test_a_pull_without_our_language_changes_nothing(settings: Any, tmp_path: Path) -> None:
    """The platform then falls back to its own words, we to ours."""
    pull(tmp_path, "eo", Start="Komenci")
    assert ">Mulai</button>" in page(settings, tmp_path, "id")


def test_a_pulled_third_language_is_spoken_and_named(settings: Any, tmp_path: Path) -> None:
    pull(tmp_path, "ms", Start="Bermula", **{MARK: "Log masuk dahulu."})
    shown = page(settings, tmp_path, "ms")
    assert ">Bermula</button>" in shown
    assert 'lang="ms"' in shown


def test_a_third_language_that_nobody_pulled_is_english(settings: Any, tmp_path: Path) -> None:
    shown = page(settings, tmp_path, "ms")
    assert ">Start</button>" in shown
    assert 'lang="en"' in shown
