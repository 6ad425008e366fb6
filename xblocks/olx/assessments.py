"""``<competency_assessment>``: its settings, an introduction, and what is asked.

A fixed form has its items, written inline or named in a bank; the others draw from the bank by a blueprint.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from lxml import etree

from xblocks.competency.assessment import FeedbackPolicy, Form, Grading, ItemRef
from xblocks.competency.blueprint import AdaptiveRules, Blueprint, Study
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass

from .banks import BANK_REFERENCE, report_duplicates, report_enemies
from .forms import read_adaptive, read_blueprint, read_study, write_adaptive, write_blueprint, write_study
from .items import read_item, write_item
from .markup import markup
from .xml import MalformedXmlError, Problem, Reading, element_of, parse

__all__ = [
    "ATTRIBUTES",
    "MINUTES",
    "PLATFORM_ATTRIBUTES",
    "AssessmentDefinition",
    "AssessmentSettings",
    "read_assessment",
    "read_definition",
    "settings_problems",
    "write_definition",
]

ROOT = "competency_assessment"
SCHEMA = "1"
ATTRIBUTES = (
    "display_name", "schema", "bank", "form", "attempts", "grading", "time_limit", "feedback", "certainty",
    "weight",
)  # fmt: skip
MINUTES = range(1, 601)
ONCE = ("intro", "blueprint", "adaptive")
ORDER = (*ONCE, "study", "item")
# What the platform says of any block in a file, in its clipboard and in exports: who and whence it is, and
# its tags (openedx/core/lib/xblock_serializer, cms/lib/xblock/upstream_sync.py, content_tagging); then the
# fields that it mixes in (xmodule/modulestore/inheritance.py, lms/djangoapps/lms_xblock/mixin.py).
PLATFORM_ATTRIBUTES = (
    "url_name", "xblock-family", "slug", "filename", "parent_url", "index_in_children_list",
    "copied_from_block", "copied_from_version", "tags-v1",
    "upstream", "upstream_version", "upstream_version_declined", "upstream_display_name",
    "downstream_customized", "top_level_downstream_parent_key",
    "graded", "start", "due", "relative_weeks_due", "visible_to_staff_only", "course_edit_method", "giturl",
    "xqa_key", "graceperiod", "group_access", "showanswer", "show_correctness", "rerandomize",
    "days_early_for_beta", "static_asset_path", "use_latex_compiler", "max_attempts", "matlab_api_key",
    "user_partitions", "video_speed_optimizations", "video_auto_advance", "video_bumper",
    "show_reset_button", "edxnotes", "in_entrance_exam", "self_paced", "hide_from_toc",
    "format", "chrome", "default_tab", "source_file",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentSettings:
    """The attributes that were given and are good; None where absent. ``time_limit`` is in minutes."""

    display_name: str | None = None
    bank: str | None = None
    form: Form | None = None
    attempts: int | None = None
    grading: Grading | None = None
    time_limit: int | None = None
    feedback: FeedbackPolicy | None = None
    certainty: bool | None = None
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentDefinition:
    """The children of the element. ``intro`` is canonical XHTML, empty where there is none."""

    intro: str = ""
    entries: tuple[Item | ItemRef, ...] = ()
    blueprint: Blueprint | None = None
    adaptive: AdaptiveRules | None = None
    study: tuple[Study, ...] = ()


def read_assessment(
    root: etree._Element, *, where: str = "", offset: int = 0, also: Collection[str] = ()
) -> tuple[AssessmentSettings, AssessmentDefinition, list[Problem]]:
    """Read a whole element, settings and children, and every problem.

    ``also`` names attributes that the host knows beside ours. That a bank exists and holds the items
    named is the caller's to check.
    """
    reading = Reading(where=where, offset=offset)
    if root.tag != ROOT:
        reading.report(
            root,
            Message(_("<{tag}> is not an assessment."), {"tag": str(root.tag)}),
            Message(_("The root must be <{tag}>."), {"tag": ROOT}),
        )
        return AssessmentSettings(), AssessmentDefinition(), reading.problems
    reading.attributes(root, ATTRIBUTES, (*PLATFORM_ATTRIBUTES, *also))
    settings = _settings(reading, root)
    form = settings.form or (Form.FIXED if root.get("form") is None else None)
    definition, problems = read_children(root, reading, bank=root.get("bank") is not None, form=form)
    return settings, definition, problems


def _settings(reading: Reading, root: etree._Element) -> AssessmentSettings:
    if root.get("schema", SCHEMA) != SCHEMA:
        reading.value(root, "schema", Message(_("the version {n}, which is the only one"), {"n": SCHEMA}))
    bank = root.get("bank")
    if bank is not None and not BANK_REFERENCE.fullmatch(bank):
        reading.value(root, "bank", Message(_("id@version of an item bank")))
        bank = None
    attempts = root.get("attempts")
    if attempts is not None and not re.fullmatch("[1-9][0-9]{0,3}", attempts):
        reading.value(root, "attempts", Message(_("a whole number from 1, or leave it out for no limit")))
        attempts = None
    weight = reading.decimal(root, "weight")
    if weight is not None and weight < 0:
        reading.value(root, "weight", Message(_("a number that is not negative")))
        weight = None
    name = root.get("display_name")
    return AssessmentSettings(
        display_name=None if name is None else str(name),
        bank=None if bank is None else str(bank),
        form=reading.choice(root, "form", Form),
        attempts=None if attempts is None else int(attempts),
        grading=reading.choice(root, "grading", Grading),
        time_limit=reading.integer(root, "time_limit", MINUTES),
        feedback=reading.choice(root, "feedback", FeedbackPolicy),
        certainty=reading.truth(root, "certainty"),
        weight=weight,
    )


def settings_problems(settings: Mapping[str, str]) -> dict[str, Problem]:
    """Return what is wrong with settings by name, if they were written as attributes."""
    problems: dict[str, Problem] = {}
    for name, value in settings.items():
        reading = Reading()
        _settings(reading, etree.Element(ROOT, {name: value}))
        if reading.problems:
            problems[name] = reading.problems[0]
    return problems


def read_definition(
    source: bytes | str, *, where: str = "", offset: int = 0, bank: bool = True, form: Form = Form.FIXED
) -> tuple[AssessmentDefinition, list[Problem]]:
    """Return what could be read, and every problem. ``bank`` False makes references a problem."""
    try:
        root = parse(source, where=where or ROOT)
    except MalformedXmlError as error:
        return AssessmentDefinition(), [error.problem]
    return read_children(root, Reading(where=where, offset=offset), bank=bank, form=form)


def read_children(
    root: etree._Element, reading: Reading, *, bank: bool, form: Form | None
) -> tuple[AssessmentDefinition, list[Problem]]:
    """Read the children of an assessment's element; its attributes are the caller's.

    ``form`` None: it is not known, and what it needs is not asked for.
    """
    children = list(reading.children(root, ORDER))
    report_duplicates(reading, children, "id", "ref")
    report_enemies(reading, children, "id", "ref")
    _check_order(reading, children)
    if form is not None:
        _check_form(reading, root, form, bank=bank)
    found = AssessmentDefinition(
        intro="".join(_intro(reading, child) for child in _named(children, "intro")),
        entries=tuple(
            filter(None, (_entry(reading, child, bank=bank) for child in _named(children, "item")))
        ),
        blueprint=_last(read_blueprint(reading, child) for child in _named(children, "blueprint")),
        adaptive=_last(read_adaptive(reading, child) for child in _named(children, "adaptive")),
        study=tuple(filter(None, (read_study(reading, child) for child in _named(children, "study")))),
    )
    return found, reading.problems


def _named(children: Iterable[etree._Element], tag: str) -> list[etree._Element]:
    return [child for child in children if child.tag == tag]


def _last[T](found: Iterable[T | None]) -> T | None:
    return next(iter(reversed(list(found))), None)


def _intro(reading: Reading, element: etree._Element) -> str:
    reading.attributes(element, ())
    return markup(reading, element)


def _entry(reading: Reading, element: etree._Element, *, bank: bool) -> Item | ItemRef | None:
    if element.get("ref") is not None:
        return _reference(reading, element, bank=bank)
    return read_item(reading, element)


def _check_order(reading: Reading, children: Sequence[etree._Element]) -> None:
    """Report repeated elements, and elements that stand after those they should stand before."""
    furthest = 0
    for number, child in enumerate(children):
        tag = str(child.tag)
        if tag in ONCE and _named(children[:number], tag):
            reading.report(
                child, Message(_("<{tag}> must stand once."), {"tag": tag}), Message(_("Keep one."))
            )
        elif ORDER.index(tag) < furthest:
            reading.report(
                child,
                Message(_("<{tag}> stands too late."), {"tag": tag}),
                Message(
                    _("Write them in this order: {names}."),
                    {"names": ", ".join(f"<{name}>" for name in ORDER)},
                ),
            )
        furthest = max(furthest, ORDER.index(tag))


def _check_form(reading: Reading, root: etree._Element, form: Form, *, bank: bool) -> None:
    """Report what the form needs and lacks, and what it has no use for."""
    drawn = form is not Form.FIXED
    if not drawn and root.find("item") is None:
        reading.report(
            root, Message(_("The assessment has no items.")), Message(_("Add at least one <item>."))
        )
    if drawn and not bank:
        reading.report(
            root,
            Message(_("The form {form} draws from a bank, and none is named."), {"form": form.value}),
            Message(_('Name it on the assessment: bank="id@version".')),
        )
    needed = {"blueprint": drawn, "adaptive": form is Form.ADAPTIVE}
    for tag in [tag for tag, wanted in needed.items() if wanted and root.find(tag) is None]:
        reading.report(
            root,
            Message(_("The form {form} needs <{tag}>."), {"form": form.value, "tag": tag}),
            Message(_("Add it, after <intro>.")),
        )
    for tag in [tag for tag, wanted in {**needed, "item": not drawn}.items() if not wanted]:
        for element in root.findall(tag):
            reading.report(
                element,
                Message(_("The form {form} has no use for <{tag}>."), {"form": form.value, "tag": tag}),
                Message(_("Remove it, or set another form.")),
            )


def _reference(reading: Reading, element: etree._Element, *, bank: bool) -> ItemRef:
    reading.attributes(element, ("ref",))
    list(reading.children(element, ()))
    if not bank:
        reading.report(
            element,
            Message(_("Item {item} refers to a bank, but none is named."), {"item": element.get("ref")}),
            Message(_('Name it on the assessment: bank="id@version".')),
        )
    return ItemRef(str(element.get("ref")))


def write_definition(definition: AssessmentDefinition, tag: str = ROOT) -> etree._Element:
    """Return the element that ``read_definition`` reads as this definition."""
    root = etree.Element(tag)
    if definition.intro:
        root.append(element_of("intro", definition.intro))
    if definition.blueprint:
        root.append(write_blueprint(definition.blueprint))
    if definition.adaptive:
        root.append(write_adaptive(definition.adaptive))
    root.extend(map(write_study, definition.study))
    for entry in definition.entries:
        if isinstance(entry, ItemRef):
            etree.SubElement(root, "item", {"ref": entry.ref})
        else:
            root.append(write_item(entry))
    return root
