"""Sources: which law and article, or which indicator of the competency dictionary, an item rests on.

A source is one or more citations, separated by ``;``:

- ``PP 17/2018 Pasal 30 ayat (3)``, with further places after ``,``, ``dan`` or ``serta``, or after ``;``;
- ``UU 30/2014 Pasal 53 ayat (2) sebagaimana diubah dengan UU 6/2023 Pasal 175 angka 7``;
- ``Komunikasi 2.1``, or the indicator's id ``man.komunikasi.2.1``.

Laws are looked up in ``laws.csv`` beside the courses. Whether the article says what the item says, only a
reader can tell.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xblocks.competency.framework import CompetencyFramework

from .content import Content, ItemElement, Page, line_of, words
from .findings import Finding, Grade

COLUMNS = ["id", "title", "as_of", "amended_by", "replaced_by"]
LAW = r"(?:UU|Perppu|PP|Perpres|Permen[A-Za-z]+|PerLAN|PMK|Perda|Perbup|Perwali) \d+(?:/PMK\.\d+)?/\d{4}"
# The parts of a place, in the words of Indonesian citation; Lampiran and Penjelasan may stand for an article.
PLACE = (
    r"Pasal \d+[A-Z]?|(?:ayat )?\(\d+[a-z]?\)|huruf [a-z]{1,2}|angka \d+[a-z]?|Lampiran(?: [IVX]+)?"
    r"|[Pp]enjelasan(?:nya)?(?: [Uu]mum)?|\d+[A-Z]?(?=\W|$)"
)
JOIN = r"sebagaimana (?:telah )?diubah dengan|jo\.|kini|dan/atau|dan|serta|atau|sampai(?: dengan)?|[\u2013,-]"
LISTING = (",", "dan", "serta", "atau", "dan/atau")
MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]
AS_OF = re.compile(rf"Keadaan per (\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A row of ``laws.csv``: the state of a law on the day when it was looked up.

    ``amended_by`` holds the amending laws and the articles that each amended: none where its text was not
    at hand.
    """

    id: str
    title: str
    as_of: date
    amended_by: Mapping[str, frozenset[str]]
    replaced_by: str

    def amending(self, article: str) -> list[str]:
        """Return the laws that amended the article; the last of them holds the words in force."""
        return [law for law, articles in self.amended_by.items() if article in articles]


@dataclass(slots=True)
class Citations:
    """What a source cites: (law, article) pairs, laws in order, indicator ids, and what cannot be read."""

    places: list[tuple[str, str]] = field(default_factory=list)
    laws: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    indicators: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def check(content: Content) -> Iterator[Finding]:
    """Check ``laws.csv``, each item's source, and the sources of each page that cites a law."""
    path = content.directory / "laws.csv"
    laws, problems = read_laws(path)
    yield from (Finding(path, line, text, "laws") for line, text in problems)
    names = indicator_names(content.frameworks.values())
    for item in content.items:
        for text, grade in _item_faults(item, laws, names):
            yield Finding(item.path, item.line, f"Item {item.id}: {text}", "source", grade)
    for course in content.courses:
        for page in course.pages.values():
            yield from _page(page, laws)


def read_laws(path: Path) -> tuple[dict[str, Law], list[tuple[int, str]]]:
    """Return the laws by id, and each fault of the table with its line."""
    laws: dict[str, Law] = {}
    problems: list[tuple[int, str]] = []
    if not path.is_file():
        return laws, [(0, "There is no table of laws: sources cannot be looked up.")]
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != COLUMNS:
            return laws, [(1, f"The columns must be: {', '.join(COLUMNS)}.")]
        for row in rows:
            line = rows.line_num
            if not re.fullmatch(LAW, row["id"] or ""):
                problems.append((line, f"“{row['id']}” is not the short name of a law, such as PP 17/2018."))
            elif row["id"] in laws:
                problems.append((line, f"{row['id']} has two rows."))
            try:
                as_of = date.fromisoformat(row["as_of"] or "")
            except ValueError:
                problems.append((line, f"{row['id']}: as_of must be a date such as 2026-11-26."))
                continue
            amended_by = _amendments(row["amended_by"] or "")
            if amended_by is None:
                told = f"{row['id']}: amended_by must read like “UU 9/2015: 63 65; UU 6/2023: 16”."
                problems.append((line, told))
            laws[row["id"]] = Law(
                id=row["id"],
                title=row["title"] or "",
                as_of=as_of,
                amended_by=amended_by or {},
                replaced_by=row["replaced_by"] or "",
            )
    return laws, problems


def _amendments(text: str) -> dict[str, frozenset[str]] | None:
    """Read ``law: articles; law: articles``; None if it is not written so."""
    found = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        match = re.fullmatch(rf"({LAW})(?:: ((?:\d+[A-Z]? ?)+))?", part)
        if match is None:
            return None
        found[match[1]] = frozenset((match[2] or "").split())
    return found


def indicator_names(frameworks: Iterable[CompetencyFramework]) -> dict[str, str]:
    """Return indicator ids by every way to cite them: the id, and the competency's name with the number."""
    names: dict[str, str] = {}
    for framework in frameworks:
        for competency in framework.competencies():
            for indicator in (one for level in competency.levels for one in level.indicators):
                number = indicator.id.removeprefix(f"{competency.id}.")
                names[indicator.id] = indicator.id
                names[f"{competency.names['id']} {number}".casefold()] = indicator.id
    return names


def read_source(text: str, names: Mapping[str, str]) -> Citations:
    """Read a source; words that belong to no citation come back as ``unread``."""
    found = Citations()
    competencies = sorted({name.rpartition(" ")[0] for name in names if " " in name}, key=len, reverse=True)
    cited = "|".join(map(re.escape, competencies)) or r"(?!)"
    token = re.compile(
        rf"\s*(?:(?P<law>{LAW})|(?P<indicator>(?:{cited}) \d\.\d+|(?:man|sos)\.[a-z_]+\.\d\.\d+)"
        rf"|(?P<filler>lampiran:|indikator:?)|(?P<join>{JOIN})|(?P<place>{PLACE})|(?P<other>\S+))",
        re.IGNORECASE,
    )
    carried = ""
    for part in text.split(";"):
        count = len(found.laws)
        _read_part(part, token, names, found, carried)
        # After one law alone it is plain whose article follows; after an amendment it is not.
        if new := found.laws[count:]:
            carried = new[0] if len(new) == 1 else ""
    return found


def _read_part(
    part: str, token: re.Pattern[str], names: Mapping[str, str], found: Citations, law: str
) -> None:
    before, cited_place, article = "", True, False
    for match in token.finditer(part.strip()):
        if match["law"]:
            if law and not cited_place:
                found.bare.append(law)
            # The law that amends or holds another's article may stand without an article of its own.
            law, cited_place, article = match["law"], bool(before) and before not in LISTING, False
            found.laws.append(law)
        elif match["indicator"]:
            named = names.get(match["indicator"].casefold())
            found.indicators.append(named or match["indicator"])
            if named is None:
                found.unread.append(match["indicator"])
            cited_place = True
        elif match["place"] and law:
            cited_place = True
            _read_place(match["place"], law, found, after_article=article)
            article = bool(re.fullmatch(r"Pasal .*|\d+[A-Z]?", match["place"])) or article
        elif match["other"] or match["place"]:
            found.unread.append(match["other"] or match["place"])
        before = match["join"] or ""
    if law and not cited_place:
        found.bare.append(law)


def _read_place(place: str, law: str, found: Citations, *, after_article: bool) -> None:
    number = re.fullmatch(r"(?:Pasal )?(\d+[A-Z]?)", place)
    if number and (after_article or place.startswith("Pasal")):
        found.places.append((law, number[1]))


def _item_faults(
    item: ItemElement, laws: Mapping[str, Law], names: Mapping[str, str]
) -> Iterator[tuple[str, Grade]]:
    text = words(item.element.find("source"))
    if not text:
        yield "there is no <source>: name the law and article, or the indicator.", Grade.ERROR
        return
    cited = read_source(text, names)
    if cited.unread:
        yield f"cannot read “{' '.join(cited.unread)}” of the source “{text}”.", Grade.ERROR
    if not cited.laws and not cited.indicators:
        yield f"the source “{text}” names no law and no indicator.", Grade.ERROR
    for law in cited.bare:
        yield f"the source names {law} without an article.", Grade.ERROR
    yield from ((fault, Grade.ERROR) for fault in _law_faults(cited, laws))
    yield from _indicator_faults(item, cited)


def _law_faults(cited: Citations, laws: Mapping[str, Law], *, known: bool = False) -> Iterator[str]:
    """Tell laws without a row (unless ``known``: told already), replaced laws and amended articles."""
    for id_ in dict.fromkeys(cited.laws):
        law = laws.get(id_)
        if law is None and known:
            continue
        if law is None:
            yield f"{id_} is not in laws.csv: add its row, with the date on which you looked it up."
        elif law.replaced_by and law.replaced_by not in cited.laws:
            yield f"{id_} was replaced by {law.replaced_by}: cite that, or add “kini {law.replaced_by}”."
    for id_, article in cited.places:
        amending = laws[id_].amending(article) if id_ in laws else []
        if amending and amending[-1] not in cited.laws:
            yield f"{id_} Pasal {article} was amended: add “sebagaimana diubah dengan {amending[-1]} …”."


def _indicator_faults(item: ItemElement, cited: Citations) -> Iterator[tuple[str, Grade]]:
    managerial = [one for one in item.competencies if one.startswith(("man.", "sos."))]
    if not managerial:
        return
    fitting = [one for one in cited.indicators if one.rsplit(".", 2)[0] in managerial]
    if not fitting:
        yield (
            f"the source cites no indicator of {', '.join(managerial)}, such as Komunikasi 2.1.",
            Grade.ERROR,
        )
    elif item.element.get("level") not in {one.split(".")[-2] for one in fitting}:
        yield (
            f"level {item.element.get('level')} is not that of {', '.join(fitting)}.",
            Grade.WARNING,
        )


def _page(page: Page, laws: Mapping[str, Law]) -> Iterator[Finding]:
    sources = [one for one in page.root.iter("p") if "source" in str(one.get("class", "")).split()]
    body = words(page.root)
    cited = list(dict.fromkeys(re.findall(rf"\b{LAW}", body)))
    if cited and not sources:
        text = (
            'The page cites a law; end it with <p class="source">Sumber: … Keadaan per 26 November 2026.</p>'
        )
        yield Finding(page.path, 0, text, "as-of")
    for source in sources:
        if _as_of(words(source)) is None:
            text = "The sources lack “Keadaan per <day> <month> <year>”: readers need the date of the law."
            yield Finding(page.path, line_of(source), text, "as-of")
        for fault in _law_faults(read_source(words(source), {}), laws, known=True):
            yield Finding(page.path, line_of(source), fault, "source")
    for law in cited:
        if law not in laws:
            yield Finding(page.path, 0, f"{law} is not in laws.csv.", "law", Grade.WARNING)


def _as_of(text: str) -> date | None:
    found = AS_OF.search(text)
    try:
        return found and date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    except ValueError:
        return None
