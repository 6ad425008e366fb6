"""What is shipped: the product and its data, nothing of tests, site or benchmarks."""

import configparser
import re
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]


def packages(source: Path) -> dict[str, Path]:
    """What `make dist` builds, by the end of its name, from a copy of the tracked files only."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "scripts/packages.py", source / "dist", source],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return {path.suffix: path for path in (source / "dist").iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return packages(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def wheel_file(built: dict[str, Path]) -> Path:
    return built[".whl"]


@pytest.fixture(scope="module")
def wheel(wheel_file: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(wheel_file)


def test_the_same_files_give_the_same_bytes(built: dict[str, Path], tmp_path: Path) -> None:
    """Neither the time nor the place of the build is in them: anybody can build them anew and compare."""
    again = packages(tmp_path / "elsewhere")
    assert {end: path.read_bytes() for end, path in again.items()} == {
        end: path.read_bytes() for end, path in built.items()
    }
    assert set(built) == {".whl", ".gz"}


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
    assert parser["openedx.course_tab"]["kapasitas_report"] == "lti_bridge.edxapp:ReportTab"
    assert set(parser["lms.djangoapp"]) == {"kapasitas_records", "kapasitas_lti"}
    assert set(parser["cms.djangoapp"]) == {"kapasitas_records"}


def refusal(wheel_file: Path, links: Path, *arguments: str) -> str:
    """Return why pip does not take the wheel beside the packages in ``links``, or nothing; asks no index."""
    places = ["--no-index", f"--find-links={links}", f"--dest={links / 'taken'}"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", *places, *arguments, wheel_file],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""


def empty_wheel(folder: Path, name: str, version: str) -> None:
    """Write a wheel that is nothing but its name and version."""
    file_name = f"{name.replace('-', '_')}-{version}"
    with zipfile.ZipFile(folder / f"{file_name}-py3-none-any.whl", "w") as held:
        for file, text in (
            ("METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"),
            ("WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("RECORD", ""),
        ):
            held.writestr(f"{file_name}.dist-info/{file}", text)


@pytest.fixture
def lowest(wheel: zipfile.ZipFile, tmp_path: Path) -> Path:
    """A folder with every package that we require, each at our lower bound, and empty."""
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    required = re.findall(
        r"^Requires-Dist: ([\w.-]+).*?>=([\d.]+)[^;\n]*$", wheel.read(name).decode(), re.MULTILINE
    )
    assert len(required) > 10
    for package, version in required:
        empty_wheel(tmp_path, package, version)
    return tmp_path


@pytest.mark.parametrize(
    ("python", "refused"), [("3.11.9", True), ("3.12.0", False), ("3.12.13", False), ("3.13.0", True)]
)
def test_another_python_is_refused(wheel_file: Path, tmp_path: Path, python: str, refused: bool) -> None:
    """Python 3.12 alone: what the supported release runs on."""
    said = refusal(wheel_file, tmp_path, "--no-deps", "--only-binary=:all:", f"--python-version={python}")
    assert bool(said) is refused
    assert not refused or f"requires a different Python: {python} not in '<3.13,>=3.12'" in said


def test_the_supported_release_is_taken(wheel_file: Path, lowest: Path) -> None:
    """Every requirement can be met at its lower bound, all at once."""
    assert refusal(wheel_file, lowest) == ""


@pytest.mark.parametrize(
    ("package", "version", "wanted"),
    [
        ("Django", "4.2.20", "Django<6 and >=5.2"),
        ("Django", "6.0", "Django<6 and >=5.2"),
        ("XBlock", "5.2.0", "XBlock>=6.0"),
        ("openedx-events", "9.21.0", "openedx-events>=11.1.1"),
    ],
)
def test_another_release_is_refused(
    wheel_file: Path, lowest: Path, package: str, version: str, wanted: str
) -> None:
    """Beside the constraints of an older or newer platform, installing fails and names both sides."""
    empty_wheel(lowest, package, version)
    said = refusal(wheel_file, lowest, f"{package}=={version}")
    assert "conflicting dependencies" in said
    assert re.search(rf"kapasitas \S+ depends on {re.escape(wanted)}", said), said
