"""Build the wheel and the source archive: packages.py DIRECTORY [source directory].

The same commit gives the same bytes, so that what was published can be compared with what anybody builds.
What the builder says is shown where it fails; otherwise it is pages of warnings about data directories.
"""

import gzip
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The first day of 1980, before which zip files know no time.
EPOCH = 315_532_800


def moment(source: Path) -> int:
    """Return the time that all files get: that of the commit, or a fixed one outside a repository."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],
        cwd=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return int(told.stdout) if told.returncode == 0 and told.stdout.strip() else EPOCH


def plain(packed: bytes, when: int) -> bytes:
    """Return the .tar.gz again, depending on its files' names and bytes and on ``when`` alone."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as source,
        gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=when) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as target,
    ):
        for member in sorted(source.getmembers(), key=lambda one: one.name):
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mtime, member.pax_headers = when, {}
            member.mode = 0o755 if member.isdir() else 0o644
            target.addfile(member, source.extractfile(member) if member.isfile() else None)
    return out.getvalue()


def build(source: Path, target: Path) -> list[Path]:
    """Write the wheel and the source archive into ``target``; raises CalledProcessError."""
    when = moment(source)
    with tempfile.TemporaryDirectory(prefix="kapasitas-dist-") as name:
        subprocess.run(
            [sys.executable, "-m", "build", "--no-isolation", "--outdir", name, str(source)],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(when)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
        )  # fmt: skip
        target.mkdir(parents=True, exist_ok=True)
        made = []
        for path in sorted(Path(name).iterdir()):
            content = path.read_bytes()
            made.append(target / path.name)
            made[-1].write_bytes(plain(content, when) if path.name.endswith(".tar.gz") else content)
    return made


def main(arguments: list[str]) -> int:
    """Build, and name what was made."""
    try:
        made = build(Path(arguments[1]) if arguments[1:] else ROOT, Path(arguments[0]))
    except subprocess.CalledProcessError as error:
        print(error.stdout, file=sys.stderr)
        return 1
    for path in made:
        print(f"{path}  ({path.stat().st_size} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
