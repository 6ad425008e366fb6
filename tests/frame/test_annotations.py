"""What the code says of itself in the platform's annotations: personal data of models, feature toggles."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from code_annotations.base import AnnotationConfig
from code_annotations.find_static import StaticSearch

ROOT = Path(__file__).parents[2]
PACKAGES = ("xblocks", "lti_bridge", "course_content", "standalone")
TOGGLES_PAGE = ROOT / "docs/reference/toggles.md"
TOGGLE_CLASSES = {
    "ExperimentWaffleFlag",
    "CourseWaffleFlag",
    "NonNamespacedWaffleFlag",
    "NonNamespacedWaffleSwitch",
    "SettingDictToggle",
    "SettingToggle",
    "WaffleFlag",
    "WaffleSwitch",
}


def test_every_model_says_which_personal_data_it_holds(tmp_path: Path) -> None:
    """The platform's own tool finds every model annotated, with values that it knows."""
    run = subprocess.run(
        [
            Path(sys.executable).with_name("code_annotations"),
            "django_find_annotations",
            "--config_file=.pii_annotations.yml",
            "--lint",
            "--coverage",
        ],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "KAPASITAS_VAR": str(tmp_path), "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Coverage is 100.0%" in run.stdout


def toggles(root: Path) -> Iterator[tuple[Path, int, str]]:
    """Yield file, line and name of each toggle that is made below ``root``."""
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name_of(node.func) in TOGGLE_CLASSES:
                named = [*node.args, *(word.value for word in node.keywords if word.arg == "name")]
                first = named[0] if named else None
                name = first.value if isinstance(first, ast.Constant) else ast.unparse(first) if first else ""
                yield path, node.lineno, str(name)


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def problems_of_toggles(root: Path) -> list[str]:
    """Return what the rules of edx-lint and code-annotations find wrong with the toggles below ``root``."""
    config = AnnotationConfig(
        str(files("code_annotations") / "contrib/config/feature_toggle_annotations.yaml"),
        verbosity=-1,
        source_path_override=str(root),
    )
    search = StaticSearch(config)
    found = search.search()
    search.check_results(found)
    problems = list(search.errors)
    told = {
        str(one["annotation_data"])
        for annotations in found.values()
        for one in annotations
        if one["annotation_token"] == ".. toggle_name:"
    }
    made = list(toggles(root))
    problems += [
        f"{path}:{line}: toggle {name} has no annotation" for path, line, name in made if name not in told
    ]
    problems += [
        f"toggle {name} is annotated, but made nowhere" for name in told - {name for *_, name in made}
    ]
    return problems


@pytest.mark.parametrize("package", PACKAGES)
def test_every_toggle_is_annotated_and_documented(package: str) -> None:
    """Each has all that the platform's toggle report asks for, and a line in docs/reference/toggles.md."""
    assert problems_of_toggles(ROOT / package) == []
    page = TOGGLES_PAGE.read_text(encoding="utf-8")
    assert [name for *_, name in toggles(ROOT / package) if f"`{name}`" not in page] == []


ANNOTATED = """
# .. toggle_name: kapasitas.example
# .. toggle_implementation: WaffleSwitch
# .. toggle_default: False
# .. toggle_description: An example.
# .. toggle_use_cases: circuit_breaker
# .. toggle_creation_date: 2026-11-25
EXAMPLE = WaffleSwitch("kapasitas.example", __name__)
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (ANNOTATED, 0),
        (ANNOTATED.replace("# .. toggle_default: False\n", ""), 1),
        (ANNOTATED.replace("circuit_breaker", "whim"), 1),
        ('EXAMPLE = WaffleSwitch("kapasitas.example", __name__)\n', 1),
        (ANNOTATED.replace('WaffleSwitch("kapasitas.example"', 'WaffleSwitch("kapasitas.other"'), 2),
        (ANNOTATED.replace("EXAMPLE =", "# EXAMPLE ="), 1),
    ],
    ids=["complete", "no default", "unknown use case", "not annotated", "other name", "not made"],
)
def test_the_rules_find_what_is_wrong(tmp_path: Path, source: str, expected: int) -> None:
    (tmp_path / "toggles.py").write_text(source)
    assert bool(problems_of_toggles(tmp_path)) == bool(expected)
