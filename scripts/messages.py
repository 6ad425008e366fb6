"""Extract, merge and compile the translation catalogues.

messages.py [update] [compile] [check] [extract] [package …]


Sources speak English, Bahasa Indonesia is a complete catalogue beside them. Works in pure Python
(Babel, and Django's own ``templatize`` for templates), so that no system package is needed.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
# package -> (directory of the catalogue, domain). The LMS looks for a block's catalogue in
# <root package>/translations under the domain "text"; what a Django app says itself, Django looks for in
# the app's locale directory.
CATALOGUES = {
    "xblocks": ("xblocks/translations", "text"),
    "xblocks/records": ("xblocks/records/locale", "django"),
    "lti_bridge": ("lti_bridge/locale", "django"),
    "standalone/courseware": ("standalone/courseware/locale", "django"),
    "standalone/simpeg": ("standalone/simpeg/locale", "django"),
}
# In the records app, but blocks show its messages.
SHOWN_BY_BLOCKS = "xblocks/records/api/"
# What the platform pulls for blocks and plugins with `atlas`, one catalogue a root package.
PULLED = ("xblocks", "lti_bridge")
# Indonesian nouns have no plural form, which Babel does not know.
NEW_CATALOGUE = b"""
msgid ""
msgstr ""
"Project-Id-Version: kapasitas\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"""
# {% translate "…" plural="…" %} of blocks' templates (xblocks/host/templates.py), which Django's lexer skips.
PLURAL = re.compile(r'''{% translate "([^"]+)" plural="([^"]+)"''')
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def package_of(path: Path) -> str:
    """Return the package whose catalogue holds the file's messages."""
    name = path.relative_to(ROOT).as_posix()
    if name.startswith(SHOWN_BY_BLOCKS):
        return "xblocks"
    return max((package for package in CATALOGUES if name.startswith(f"{package}/")), key=len)


def sources(package: str) -> Iterator[tuple[Path, str]]:
    """Yield each file of the package with the name of the lexer that reads it."""
    for path in sorted((ROOT / package).rglob("*")):
        if "migrations" in path.parts or package_of(path) != package:
            continue
        if path.suffix == ".py":
            yield path, "python"
        elif path.suffix == ".html":
            yield path, "template"


def extracted(package: str) -> Catalog:
    """Return the messages of the package's sources."""
    catalog = Catalog(locale="en", project="kapasitas", charset="utf-8", fuzzy=False)
    for path, kind in sources(package):
        text = path.read_text(encoding="utf-8")
        if kind == "template":
            for pair in PLURAL.findall(text):
                catalog.add(pair, locations=[(str(path.relative_to(ROOT)), 1)])
            # templatize turns a template into calls that xgettext, or a lenient lexer, understands.
            text, kind = templatize(text, origin=str(path)), "javascript"
        for line, message, comments, context in extract(
            kind, io.BytesIO(text.encode()), KEYWORDS, ("Translators:",)
        ):
            catalog.add(
                message,
                locations=[(str(path.relative_to(ROOT)), line)],
                auto_comments=comments,
                context=context,
            )
    return catalog


def files(package: str) -> tuple[Path, Path]:
    """Return the paths of the Indonesian .po and .mo."""
    directory, domain = CATALOGUES[package]
    base = ROOT / directory / "id" / "LC_MESSAGES"
    return base / f"{domain}.po", base / f"{domain}.mo"


def current(package: str) -> Catalog:
    """Return the committed Indonesian catalogue."""
    po, _ = files(package)
    text = po.read_bytes() if po.exists() else NEW_CATALOGUE
    return read_po(io.BytesIO(text), locale="id", domain=CATALOGUES[package][1])


def update(package: str) -> None:
    """Merge the sources' messages into the catalogue; new ones stay empty until translated."""
    catalog = current(package)
    # The day would change the file where no message did.
    made = catalog.creation_date
    catalog.update(extracted(package), no_fuzzy_matching=True)
    catalog.creation_date = made
    catalog.obsolete.clear()
    po, _ = files(package)
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as file:
        write_po(file, catalog, width=110, sort_by_file=True, include_lineno=False, omit_header=False)


def compile_(package: str) -> None:
    """Write the .mo that runs."""
    _, mo = files(package)
    mo.write_bytes(compiled(package))


def compiled(package: str) -> bytes:
    """Return the bytes of the .mo made from the .po."""
    buffer = io.BytesIO()
    write_mo(buffer, current(package))
    return buffer.getvalue()


def extract_(package: str) -> None:
    """Write ``<package>/conf/locale/{en,id}/LC_MESSAGES/django.po``, as openedx-translations collects them.

    English is the sources' own, so its catalogue is a template with nothing filled in.
    """
    for language, catalog in (("en", extracted(package)), ("id", current(package))):
        directory = ROOT / package / "conf" / "locale" / language / "LC_MESSAGES"
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / "django.po").open("wb") as file:
            write_po(file, catalog, width=110, sort_by_file=True, include_lineno=False)


def problems(package: str) -> list[str]:
    """Return what is wrong with the catalogue: messages missing, untranslated, or not compiled."""
    found = []
    catalog = current(package)
    for message in extracted(package):
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        known = catalog.get(key, message.context)
        if known is None:
            found.append(f"{package}: not in the catalogue: {key!r}")
        elif not (all(known.string) if isinstance(known.string, tuple) else known.string):
            found.append(f"{package}: not translated: {key!r}")
        else:
            found += [f"{package}: {key!r}: {error}" for error in known.check(catalog)]
    _, mo = files(package)
    if not mo.exists() or mo.read_bytes() != compiled(package):
        found.append(f"{package}: {mo.name} is older than its source: run `make messages`")
    return found


def main(arguments: list[str]) -> int:
    """Run the actions named, over the packages named (all of them without a name)."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    packages = [name for name in CATALOGUES if name in arguments] or list(CATALOGUES)
    packages = [name for name in packages if any(True for _ in sources(name))]
    for package in packages:
        if "update" in arguments:
            update(package)
        if "compile" in arguments:
            compile_(package)
        if "extract" in arguments and package in PULLED:
            extract_(package)
    found = [problem for package in packages for problem in problems(package)]
    print("\n".join(found) or "every message is translated")
    return int(bool(found) and "check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
