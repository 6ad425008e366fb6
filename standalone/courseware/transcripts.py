"""The service by which the video block finds its settings and transcripts: here, SRT files of the course."""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from .assets import asset_path
from .tree import CourseTree

_TIME = r"(\d+):(\d\d):(\d\d)[,.](\d{3})"
_CUE = re.compile(rf"{_TIME} --> {_TIME}[^\n]*\n(.*?)(?:\n\n|\Z)", re.DOTALL)
_KINDS = {"sjson": "application/json", "srt": "application/x-subrip; charset=utf-8", "txt": "text/plain"}


def cues(srt: str) -> list[tuple[int, int, str]]:
    """Return the (start, end, text) of an SRT file, times in milliseconds."""
    found = []
    for match in _CUE.finditer(srt.replace("\r\n", "\n").removeprefix("\ufeff")):
        h1, m1, s1, f1, h2, m2, s2, f2 = map(int, match.groups()[:8])
        start, end = ((h * 60 + m) * 60 + s for h, m, s in ((h1, m1, s1), (h2, m2, s2)))
        found.append((start * 1000 + f1, end * 1000 + f2, " ".join(match[9].split())))
    return found


class VideoConfigService:
    """Neither YouTube's blocking, nor HLS, nor sharing are configured here; transcripts are."""

    def __init__(self, tree: CourseTree) -> None:
        self._tree = tree

    def is_hls_playback_enabled(self, course_id: Any) -> bool:
        """Never."""
        return False

    is_youtube_deprecated = is_hls_playback_enabled
    is_youtube_blocked_for_course = is_hls_playback_enabled
    is_transcript_feedback_enabled = is_hls_playback_enabled

    def get_public_sharing_context(self, block: Any, course_id: Any) -> dict[str, Any]:
        """Videos are not shared."""
        return {}

    def get_public_video_url(self, block: Any) -> None:
        """Videos are not shared."""
        return

    def available_translations(
        self, block: Any, transcripts: Mapping[str, Any], verify_assets: bool = True, **_: Any
    ) -> list[str]:
        """Return the languages whose file the course has."""
        return [
            language for language, name in transcripts["transcripts"].items() if self._text(name) is not None
        ]

    def get_transcript(
        self,
        block: Any,
        lang: str | None = None,
        output_format: str = "srt",
        youtube_id: str | None = None,
        is_bumper: bool = False,
    ) -> tuple[str, str, str]:
        """Return (text, file name, media type); raises the block's TranscriptNotFoundError."""
        from xblocks_contrib.video.exceptions import TranscriptNotFoundError

        files = block.transcripts or {}
        language = lang or next(iter(files), "")
        text = self._text(files.get(language, ""))
        if text is None or output_format not in _KINDS:
            raise TranscriptNotFoundError(f"no transcript: {language} {output_format}")
        return _as(output_format, text), f"{language}.{output_format}", _KINDS[output_format]

    def _text(self, name: str) -> str | None:
        path = asset_path(self._tree.course.course_key, name) if name else None
        return path.read_text(encoding="utf-8", errors="replace") if path else None


def _as(output_format: str, srt: str) -> str:
    if output_format == "srt":
        return srt
    found = cues(srt)
    if output_format == "txt":
        return "\n".join(html.unescape(text) for _, _, text in found)
    starts, ends, texts = ([cue[part] for cue in found] for part in range(3))
    return json.dumps({"start": starts, "end": ends, "text": texts})
