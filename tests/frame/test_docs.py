"""The documentation builds, leads nowhere wrong, needs no network, and says what the product does."""

import doctest
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.utils import translation
from lxml import etree, html

from lti_bridge.apps import LtiBridgeConfig
from lti_bridge.delivery import errors as delivery_errors
from lti_bridge.launch import errors as launch_errors
from lti_bridge.models import DeliveryState
from lti_bridge.urls import urlpatterns

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
IMAGES = DOCS / "images"
CATALOGUES = [
    ROOT / "xblocks/translations/id/LC_MESSAGES/text.po",
    ROOT / "xblocks/records/locale/id/LC_MESSAGES/django.po",
    ROOT / "lti_bridge/locale/id/LC_MESSAGES/django.po",
    ROOT / "standalone/courseware/locale/id/LC_MESSAGES/django.po",
    ROOT / "standalone/simpeg/locale/id/LC_MESSAGES/django.po",
]
# Whose public modules other code may call.
PUBLIC = ("xblocks/competency", "xblocks/olx", "xblocks/host", "xblocks/events.py", "xblocks/records/api")
PUBLIC_OF_BRIDGE = (
    "lti_bridge/api.py",
    "lti_bridge/host.py",
    "lti_bridge/delivery",
    "lti_bridge/launch/errors.py",
)
OUR_APPS = ("kapasitas_records", "kapasitas_lti")


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def everything() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def rows(page: str, columns: int) -> list[list[str]]:
    """The cells of each row, heads and rules left out, of the page's tables with so many columns."""
    lines = [
        [cell.strip() for cell in line.strip("|\n").split(" | ")]
        for line in text_of(page).splitlines()
        if line.startswith("|")
    ]
    return [row for row in lines if len(row) == columns and not row[0].startswith("--")]


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", text_of(page), re.DOTALL | re.MULTILINE)


def messages() -> dict[str, str]:
    found = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file):
                if isinstance(message.id, str) and message.id:
                    found[message.id] = str(message.string)
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as `make docs` builds them; a warning is an error."""
    out = tmp_path_factory.mktemp("docs")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-n",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        "docs",
        str(out),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_it_builds_without_a_warning(built: Path) -> None:
    """Every page is in a table of contents, and every reference leads somewhere."""
    missing = [
        page.relative_to(DOCS)
        for page in PAGES
        if not (built / page.relative_to(DOCS).with_suffix(".html")).exists()
    ]
    assert missing == []


def test_pages_ask_no_other_host_for_anything(built: Path) -> None:
    """No font, script, style or picture comes from the network: offices may have none."""
    asked = set()
    for page in built.rglob("*.html"):
        document = html.parse(page)
        asked |= {
            *document.xpath("//script/@src | //img/@src | //iframe/@src | //link[@rel!='canonical']/@href")
        }
    assert {url for url in asked if re.match(r"(https?:)?//", url)} == set()
    styles = "".join(style.read_text(encoding="utf-8") for style in built.rglob("*.css"))
    assert not re.search(r"url\(['\"]?(https?:)?//|@import", styles)


def test_a_page_says_its_language(built: Path) -> None:
    """Screen readers must read the Indonesian guides in Indonesian."""
    languages = {
        name: html.parse(built / f"guides/{name}.html").getroot().get("lang")
        for name in ("peserta", "learner", "pengajar", "instructor", "kalibrasi-dan-standar")
    }
    assert languages == {
        "peserta": "id",
        "learner": "en",
        "pengajar": "id",
        "instructor": "en",
        "kalibrasi-dan-standar": "id",
    }


def public_modules() -> Iterator[str]:
    for name in (*PUBLIC, *PUBLIC_OF_BRIDGE):
        path = ROOT / name
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if re.search(r"^__all__.*= \[[^\]]", file.read_text(encoding="utf-8"), re.MULTILINE):
                yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_each_public_module_is_in_the_api_reference(built: Path) -> None:
    """What other code may call is described."""
    pages = "".join(page.read_text(encoding="utf-8") for page in (built / "reference/api").glob("*.html"))
    wanted = list(public_modules())
    assert len(wanted) > 20
    assert [name for name in wanted if f'id="module-{name}"' not in pages] == []


@pytest.mark.browser
def test_search_works_from_a_directory(built: Path, chromium: Any) -> None:
    """The built pages can be carried on a stick and searched without a server."""
    context = chromium.new_context()
    try:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((built / "search.html").as_uri() + "?q=KAPASITAS_LTI_KEY")
        page.locator("#search-results li a", has_text="Keys").first.wait_for()
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    finally:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 320])
def test_pages_are_accessible_and_fit(built: Path, chromium: Any, width: int) -> None:
    """WCAG 2.2 AA by axe's rules; pictures and tables scroll within themselves, by keyboard too."""
    context = chromium.new_context(viewport={"width": width, "height": 800})
    wcag = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    try:
        page = context.new_page()
        for name in (
            "index",
            "concepts/architecture",
            "guides/peserta",
            "how-to/connect-simpeg",
            "reference/api/bridge",
        ):
            page.goto((built / f"{name}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            found = Axe().run(page, options=wcag)
            assert found.violations_count == 0, f"{name}\n{found.generate_report()}"
    finally:
        context.close()


def our_commands() -> dict[str, BaseCommand]:
    owners = {apps.get_app_config(label).name for label in OUR_APPS}
    return {name: load_command_class(app, name) for name, app in get_commands().items() if app in owners}


def test_each_command_and_option_is_documented() -> None:
    """An operator finds every command of the plugin with every option of its own."""
    page = text_of("reference/commands.md")
    common = {
        option for action in BaseCommand().create_parser("", "")._actions for option in action.option_strings
    }
    missing = []
    for name, command in our_commands().items():
        assert f"## `{name}`" in page, name
        section = page.split(f"## `{name}`")[1].split("\n## ")[0]
        for action in command.create_parser("manage.py", name)._actions:
            named = [option for option in action.option_strings if option.startswith("--")] or [action.dest]
            if not common & set(action.option_strings):
                missing += [f"{name} {one}" for one in named if not re.search(rf"`{one}[ `]", section)]
    assert missing == []


def test_each_error_has_cause_and_remedy() -> None:
    """Every error class of launches and deliveries is in the administrator's guide."""
    page = text_of("how-to/connect-simpeg.md")
    assert [
        name for name in (*launch_errors.__all__, *delivery_errors.__all__) if f"`{name}`" not in page
    ] == []


@pytest.mark.parametrize("name", launch_errors.__all__[1:])
def test_the_status_of_a_launch_error_is_right(name: str) -> None:
    """The table names the status that the page is sent with."""
    statuses = {row[0]: row[1] for row in rows("how-to/connect-simpeg.md", 4)}
    assert statuses[f"`{name}`"] == str(getattr(launch_errors, name).status)


def test_each_state_of_a_delivery_is_explained_in_the_words_of_the_pages() -> None:
    """State, label in both languages, meaning, what to do; and the picture shows it."""
    table = {row[0].strip("`"): row[1] for row in rows("how-to/connect-simpeg.md", 4)}
    picture = (IMAGES / "delivery-states.svg").read_text(encoding="utf-8")
    for state in DeliveryState:
        labels = []
        for language in ("id", "en"):
            with translation.override(language):
                labels.append(str(state.label))
        assert table[state.value] == " · ".join(labels)
        assert f">{state.value}<" in picture


def test_addresses_for_simpeg_are_those_of_the_plugin() -> None:
    """What is registered in SIMPEG is where the platform's loader puts our URLs."""
    prefix = LtiBridgeConfig.plugin_app["url_config"]["lms.djangoapp"]["regex"].removeprefix("^")
    routes = {pattern.name: str(pattern.pattern) for pattern in urlpatterns}
    page = text_of("how-to/connect-simpeg.md")
    for name in ("login", "launch", "jwks"):
        assert f"`https://learn.example.go.id/{prefix}{routes[name]}`" in page
    assert f"/{prefix}{routes['resource'].partition('<')[0]}course-v1:" in page
    assert f"`/{prefix}{routes['records']}`" in page


def test_labels_in_guides_are_those_of_the_pages() -> None:
    """A word in bold is a label: an English message, or its translation in an Indonesian text."""
    known = messages()
    strange = []
    for page in [*(DOCS / "guides").glob("*.md"), *(DOCS / "tutorials").glob("*.md")]:
        indonesian = (
            page.stem in ("peserta", "pengajar", "kalibrasi-dan-standar") or page.parent.name == "tutorials"
        )
        labels = set(known.values()) if indonesian else set(known)
        strange += [
            f"{page.name}: {label}"
            for label in re.findall(r"\*\*(.+?)\*\*", page.read_text(encoding="utf-8"))
            if label not in labels
        ]
    assert strange == []


def test_terms_of_the_glossary_are_those_of_the_catalogues() -> None:
    """One word for one thing, in the interface as in the glossary."""
    known = messages()
    terms = [row for row in rows("reference/glossary.md", 3) if row[0] not in ("English", "do not write")]
    compared = [(english, indonesian) for english, indonesian, _meaning in terms if english in known]
    assert len(compared) > 20
    assert [pair for pair in compared if known[pair[0]].casefold() != pair[1].casefold()] == []


def test_words_that_are_not_written() -> None:
    """The glossary's own list of words to avoid is kept."""
    _before, _head, table = text_of("reference/glossary.md").partition("| do not write |")
    avoided = [word for line in table.splitlines()[2:] for word in line.split("|")[1].strip().split(", ")]
    assert len(avoided) > 4
    found = [
        f"{page.name}: {word}"
        for page in PAGES
        if page.name != "glossary.md"
        for word in avoided
        if re.search(rf"\b{word}\b", page.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert found == []


def test_python_in_pages_runs() -> None:
    """Examples give what they show."""
    shown = [page for page in PAGES if "```python\n>>> " in page.read_text(encoding="utf-8")]
    assert shown
    for page in shown:
        text = page.read_text(encoding="utf-8").replace("```", "")
        test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
        assert doctest.DocTestRunner().run(test).failed == 0, page.name


def test_targets_and_modules_named_in_pages_exist() -> None:
    """`make X` and `python -m X` can be typed as they stand."""
    text = everything()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)$", text, re.MULTILINE))
    assert targets
    assert [one for pair in targets for one in pair if one and f"\n{one}:" not in makefile] == []
    for module in set(re.findall(r"python -m ((?:benchmarks|standalone|scripts)[\w.]*)", text)):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def test_pictures_are_used_and_described() -> None:
    """No picture without alternative text, none that no page shows; drawings name what they show."""
    text = everything()
    for image in IMAGES.iterdir():
        assert f"images/{image.name}" in text, image.name
    figures = re.findall(r"```\{figure\} (\S+)\n:alt: (.*)\n", text)
    assert len(figures) == text.count("```{figure}")
    assert all(len(alt) > 30 for _image, alt in figures)
    for drawing in IMAGES.glob("*.svg"):
        root = etree.parse(drawing).getroot()
        texts = [root.findtext(f"{{*}}{name}") for name in ("title", "desc")]
        assert all(texts) and root.get("role") == "img", drawing.name


def test_screenshots_are_those_that_the_script_takes() -> None:
    """Every page in both languages, and no more."""
    script = (ROOT / "scripts/screenshots.py").read_text(encoding="utf-8")
    names = {
        f"{lang}-{name}.webp" for name in re.findall(r'shoot\("([\w-]+)"', script) for lang in ("id", "en")
    }
    assert {image.name for image in IMAGES.glob("*.webp")} == names


def test_the_picture_of_packages_shows_each_layer() -> None:
    """The drawing and the contract of imports do not drift apart."""
    contract = (ROOT / ".importlinter").read_text(encoding="utf-8")
    layers = contract.split("layers =\n")[1].split("exhaustive")[0]
    shown = (IMAGES / "packages.svg").read_text(encoding="utf-8")
    positions = [
        shown.index(f">{re.sub(r'[()]', '', layer.strip())}<") for layer in layers.splitlines() if layer
    ]
    assert len(positions) > 5
    assert positions == sorted(positions)


def test_the_changelog_has_its_sections() -> None:
    """Operators find what to do first, in every release."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = text.split("\n## ")[1:]
    assert releases[0].startswith("Unreleased\n")
    known = ["When upgrading", "Added", "Changed", "Mended", "Removed"]
    for release in releases:
        sections = re.findall(r"^### (.+)$", release, re.MULTILINE)
        assert sections[0] == "When upgrading"
        assert sections == [name for name in known if name in sections]


def test_the_tutorial_names_what_make_run_serves() -> None:
    """Addresses, accounts, password and the line to wait for are those of the demo."""
    from standalone.common_settings import SIMPEG_URL, SITE_URL
    from standalone.courseware.demo import PEOPLE
    from standalone.run import READY
    from standalone.simpeg.demo import ACCOUNTS, PASSWORD

    page = text_of("tutorials/first-record.md")
    assert f"<{SITE_URL}/>" in page and f"<{SIMPEG_URL}/>" in page
    assert "Kapasitas is ready." in READY and "Kapasitas is ready." in page
    accounts = set(re.findall(r"as `(\w+)`", page))
    assert accounts == {"lurah", "hr"}
    assert accounts <= set(ACCOUNTS) and "hr" in {person.username for person in PEOPLE}
    assert f"`{PASSWORD}`" in page


@pytest.mark.every_database
@pytest.mark.django_db
def test_queries_in_pages_run() -> None:
    """Each query that an operator is told to run is right on every database."""
    from django.db import connection

    queries = [sql for page in PAGES for sql in blocks(str(page.relative_to(DOCS)), "sql")]
    assert len(queries) >= 3
    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(query.strip().rstrip(";"))
            assert cursor.description


@pytest.mark.django_db
def test_registration_as_written_registers() -> None:
    """The command of the guide, typed as it stands, registers the platform and its deployment."""
    from django.core.management import call_command

    from lti_bridge.models import Deployment

    (command,) = [one for one in blocks("how-to/connect-simpeg.md", "sh") if "lti_platform" in one]
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:3] == ["./manage.py", "lms", "lti_platform"]
    call_command(*words[2:], verbosity=0)
    deployment = Deployment.objects.get()
    assert (deployment.deployment_id, deployment.platform.trusts_nip) == ("1", True)


@pytest.mark.django_db
def test_a_lost_key_is_overcome_as_written(settings: Any) -> None:
    """Rotate, which publishes the new key and names the old one as unreadable; then retire that."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command

    from lti_bridge import keys
    from lti_bridge.models import ToolKey

    settings.KAPASITAS_LTI_KEY = "the former secret"
    keys.public_key_set()
    (old,) = ToolKey.objects.values_list("kid", flat=True)
    settings.KAPASITAS_LTI_KEY = "the new secret"
    with pytest.raises(ImproperlyConfigured, match=old):
        keys.public_key_set()
    listed = io.StringIO()
    call_command("lti_keys", rotate=True, stdout=listed)
    assert f"{old}  unreadable" in listed.getvalue()
    (key,) = keys.public_key_set()["keys"]
    assert key["kid"] != old
    call_command("lti_keys", retire=old, stdout=io.StringIO())
    assert ToolKey.objects.get().kid == key["kid"]
