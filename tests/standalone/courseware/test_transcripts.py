"""Transcripts of videos, from SRT files of the course."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from standalone.courseware.assets import assets_directory
from standalone.courseware.transcripts import VideoConfigService, cues
from standalone.courseware.tree import CourseTree

from .conftest import KEY

SRT = (
    "1\r\n00:00:01,500 --> 00:00:03,000\r\nSelamat\r\npagi\r\n\r\n"
    "2\r\n01:00:00,000 --> 01:00:02,250\r\nSelesai"
)


def test_cues_are_read_in_milliseconds() -> None:
    """Times are milliseconds; lines of one cue are one text."""
    assert cues(SRT) == [(1500, 3000, "Selamat pagi"), (3_600_000, 3_602_250, "Selesai")]


@pytest.mark.parametrize(
    "text", ["", "bukan srt", "1\n00:00 --> 00:01\nx"], ids=["empty", "text", "no hours"]
)
def test_what_is_no_srt_has_no_cues(text: str) -> None:
    """Odd files give nothing rather than an error: a learner can still watch."""
    assert cues(text) == []


def test_transcripts_come_in_the_players_formats(tree: CourseTree) -> None:
    """The player asks for sjson, downloads are srt or txt; a language without a file is not found."""
    from xblocks_contrib.video.exceptions import TranscriptNotFoundError

    path: Path = assets_directory(KEY) / "static" / "id.srt"
    path.write_text(SRT, encoding="utf-8", newline="")
    block = SimpleNamespace(transcripts={"id": "id.srt", "en": "tidakada.srt", "jv": "../../secret"})
    service = VideoConfigService(tree)
    text, name, kind = service.get_transcript(block, "id", "sjson")
    assert json.loads(text) == {
        "start": [1500, 3_600_000],
        "end": [3000, 3_602_250],
        "text": ["Selamat pagi", "Selesai"],
    }
    assert (name, kind) == ("id.sjson", "application/json")
    assert service.get_transcript(block, "id", "txt")[0] == "Selamat pagi\nSelesai"
    assert service.available_translations(block, {"transcripts": block.transcripts}) == ["id"]
    for language in ("en", "jv", "xx"):
        with pytest.raises(TranscriptNotFoundError):
            service.get_transcript(block, language, "srt")
