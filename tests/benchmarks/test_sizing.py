"""The figures of the operator's guide on sizing can be measured again."""

import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.sizing import ANSWERS, items_of_the_course
from xblocks.olx.codecs import CODECS

ROOT = Path(__file__).parents[2]


def test_every_kind_of_item_has_an_answer() -> None:
    """A new kind of item must be weighed as well."""
    assert set(ANSWERS) == set(CODECS)


def test_sizes_are_told_for_one_official() -> None:
    """Rows are whole numbers an official, and responses as many as the course has items."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.sizing", "sqlite", "--officials", "2"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    rows = dict(re.findall(r"^\| `(kapasitas_\w+)` \| (\d+) \|", done.stdout, re.MULTILINE))
    assert rows["kapasitas_records_response"] == str(len(items_of_the_course()))
    assert (rows["kapasitas_lti_delivery"], rows["kapasitas_lti_completionrecord"]) == ("7", "1")
    page = (ROOT / "docs/how-to/operate/size.md").read_text(encoding="utf-8")
    assert all(f"| `{table}` | {count} |" in page for table, count in rows.items() if count != "1")
    assert f"| **together** | **{sum(map(int, rows.values()))}** |" in page
