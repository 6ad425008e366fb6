"""docs/reference/platform-contracts.md says at which commit each imitated part of the platform was read."""

import re
from pathlib import Path

from tests.edxapp.platform.modules import SOURCES

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/reference/platform-contracts.md"
# "(e57a655)", "xmodule/services.py, e57a655d)", "(openedx-platform e57a655)", "(commit 22846a69)"
NAMED = re.compile(r"[( ]([0-9a-f]{7,8})\)")


def told() -> set[str]:
    return {commit[:7] for commit in re.findall(r"`([0-9a-f]{7,8})`", PAGE.read_text(encoding="utf-8"))}


def test_each_commit_that_a_fake_names_is_on_the_page() -> None:
    files = [file for kind in ("*.py", "*.html") for file in HERE.rglob(kind)]
    named = {found[:7]: file.name for file in files for found in NAMED.findall(file.read_text("utf-8"))}
    assert len(named) > 20
    assert {commit: file for commit, file in named.items() if commit not in told()} == {}


def test_each_file_that_the_bridge_calls_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for _fake, file, commit, _parameters in SOURCES.values():
        assert f"| `{file}` | `{commit[:7]}` |" in page
