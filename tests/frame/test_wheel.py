"""What is shipped: the product and its data, nothing of tests, site or benchmarks."""

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as `make dist` builds it, from a copy of the tracked files only."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", source / "dist", source],
        check=True,
        capture_output=True,
    )
    (path,) = (source / "dist").glob("*.whl")
    return zipfile.ZipFile(path)


def test_wheel_holds_the_product_only(wheel: zipfile.ZipFile) -> None:
    """The top-level folders are the three packages and the metadata."""
    tops = {PurePosixPath(name).parts[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "xblocks",
        "lti_bridge",
        "course_content",
    }


def test_wheel_holds_every_data_file(wheel: zipfile.ZipFile) -> None:
    """Each tracked template, asset, catalogue and course file of the packages is shipped."""
    listed = subprocess.run(
        ["git", "ls-files", "xblocks", "lti_bridge", "course_content"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    missing = set(listed) - set(wheel.namelist())
    assert not missing


def test_wheel_registers_its_entry_points(wheel: zipfile.ZipFile) -> None:
    """The platform finds the block and the apps."""
    (name,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    parser = configparser.ConfigParser()
    parser.read_string(wheel.read(name).decode())
    assert parser["xblock.v1"]["competency_assessment"] == (
        "xblocks.competency_assessment:CompetencyAssessmentXBlock"
    )
    assert set(parser["lms.djangoapp"]) == {"kapasitas_records", "kapasitas_lti"}
    assert set(parser["cms.djangoapp"]) == {"kapasitas_records"}
