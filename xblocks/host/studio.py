"""What the editor of any block shares: a form made of the fields, a source, and saving both or neither.

The platform guards the way here as follows; we refuse anyway, for what it lets through:

- LMS: content and settings are read-only there (``LmsFieldData``), and only ``student_view`` and
  ``public_view`` are rendered; handlers are open to every learner.
- Studio: ``component_handler`` runs handlers for anybody who is signed in, and afterwards drops without a
  word what a user without write access changed.
- Libraries: ``embed_block_view`` renders any view for whoever may learn from the library.

Read from openedx-platform (Verawood): cms/djangoapps/contentstore/views/component.py, contentstore/utils.py,
openedx/core/djangoapps/xblock/rest_api/views.py and runtime/runtime.py, .../content/services.py.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from web_fragments.fragment import Fragment
from xblock.exceptions import JsonHandlerError
from xblock.fields import Field, Scope

from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import dataclass, field
from xblocks.olx.xml import Problem

from . import edxapp
from .i18n import Translator, translator
from .settings_form import WrongValueError, choices_of, shown, value_of
from .templates import render

__all__ = ["Editor", "Source", "author_fields", "digest", "may_edit", "may_see_keys", "page", "save"]

PERMISSIONS = "studio_user_permissions"
MAX_SOURCE = 2_000_000
HANDLER = "save_edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a source holds. Problems keep it from being saved, warnings do not.

    ``settings`` are problems of settings that only the block can tell, by the field's name.
    """

    definition: str
    problems: tuple[Problem, ...] = ()
    settings: Mapping[str, Problem] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """How a block's content is edited: its field, the field's value as text, and the text read again.

    ``read`` gets the settings as they would be saved, by name. It parses a stranger's text, raising nothing.
    ``example`` is a piece of source for an author who has not written one yet.
    """

    field: str
    show: Callable[[str], str]
    read: Callable[[str, Mapping[str, Any]], Source]
    example: str = ""


def author_fields(block: Any) -> dict[str, Field]:
    """Return the settings that the block declares, in the order written; none of XBlock's or the host's."""
    own = getattr(type(block), "unmixed_class", type(block))
    classes = [one for one in reversed(own.__mro__) if one.__module__.partition(".")[0] != "xblock"]
    declared = [name for one in classes for name in vars(one) if name in own.fields]
    return {name: own.fields[name] for name in declared if own.fields[name].scope == Scope.settings}


def may_edit(block: Any) -> bool:
    """Tell whether this is a place for authors, and the user is one with leave to write here."""
    permissions = block.runtime.service(block, PERMISSIONS)
    context = _context(block)
    if getattr(context, "is_course", False) and block.scope_ids.user_id is not None:
        # Bound to somebody who answers: the LMS, or the preview in Studio.
        return False
    mode = getattr(block.runtime, "authored_data_mode", None)
    if getattr(mode, "name", "") == "STRICTLY_PUBLISHED":
        # A library's published content, in the LMS.
        return False
    if permissions is None:
        # Not every commit of the platform gives a library's runtime this service.
        publisher = block.runtime.service(block, "publish") if _in_library(block) else None
        return publisher is not None and edxapp.may_edit_library(publisher.user, context)
    # The service's method has a new name in the platform's newer commits.
    allowed = getattr(permissions, "can_edit_content", None) or permissions.can_write
    return bool(allowed(context))


def may_see_keys(block: Any) -> bool:
    """Tell whether the author's view may be shown to who asks.

    A course's is rendered in Studio alone. A library's runtime renders any view for whoever may learn there.
    """
    return not _in_library(block) or may_edit(block)


def _context(block: Any) -> Any:
    """Return the key of the block's course or library; None in the workbench."""
    return getattr(block.scope_ids.usage_id, "context_key", None)


def _in_library(block: Any) -> bool:
    return getattr(_context(block), "is_course", True) is False


def digest(block: Any, editor: Editor) -> str:
    """Return what tells whether the block is still as it was when the editor was opened."""
    kept = [
        (name, one.is_set_on(block), one.to_string(one.read_from(block)))
        for name, one in author_fields(block).items()
    ]
    content = [kept, getattr(block, editor.field)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def page(block: Any, editor: Editor, prefix: str) -> Fragment:
    """Return the editor, or a refusal for who may not edit. ``prefix`` makes ids unique on the page."""
    translate = translator(block)
    if not may_edit(block):
        return Fragment(render("studio/refused.html", {}, translate))
    fields = author_fields(block)
    definition = getattr(block, editor.field)
    found = editor.read(editor.show(definition), {name: one.read_from(block) for name, one in fields.items()})
    values: dict[str, object] = {
        "prefix": prefix,
        "handler": HANDLER,
        "digest": digest(block, editor),
        "settings": [_control(block, one, prefix, translate) for one in fields.values()],
        "source": editor.show(definition),
        "example": editor.example,
        "summary": _summary(found, found.settings, fields, translate, opened=True),
    }
    fragment = Fragment(render("studio/editor.html", values, translate))
    fragment.add_css_url(block.runtime.local_resource_url(block, "public/studio.css"))
    fragment.add_javascript_url(block.runtime.local_resource_url(block, "public/studio.js"))
    fragment.initialize_js("KapasitasStudio")
    return fragment


def _control(block: Any, one: Field, prefix: str, translate: Translator) -> dict[str, Any]:
    current = shown(one, one.read_from(block), translate.language)
    return {
        "name": one.name,
        "id": f"{prefix}-{one.name}",
        "label": translate.gettext(one.display_name),
        "help": translate.gettext(one.help),
        "value": current,
        "choices": [
            {"value": value, "text": translate.gettext(text), "selected": value == current}
            for value, text in choices_of(one).items()
        ],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    settings: Mapping[str, str]
    source: str
    digest: str


def _request(data: object, fields: Mapping[str, Field]) -> _Request:
    """Return the request's parts; raises JsonHandlerError for any other shape than the editor sends."""
    settings = data.get("settings") if isinstance(data, dict) else None
    whole = (
        isinstance(data, dict)
        and data.keys() == {"settings", "source", "digest"}
        and isinstance(settings, dict)
        and settings.keys() == fields.keys()
        and all(isinstance(one, str) for one in (*settings.values(), data["source"], data["digest"]))
    )
    if not whole or not isinstance(data, dict) or settings is None:
        raise JsonHandlerError(400, "expected settings, source and digest, as the editor sends them")
    return _Request(settings=settings, source=data["source"], digest=data["digest"])


def save(block: Any, editor: Editor, data: object) -> dict[str, Any]:
    """Save settings and source if all of it is right, else nothing.

    ``{"settings": {name: text}, "source", "digest"}`` → ``{"saved", "digest", "html"}``; ``html`` lists
    problems and warnings. Raises JsonHandlerError: 403 for whoever may not edit, 409 where the block is
    not as it was when the editor was opened, 400 for any other request than the editor's.
    """
    translate = translator(block)
    if not may_edit(block):
        raise JsonHandlerError(403, translate.gettext(_("You may not edit this block here.")))
    fields = author_fields(block)
    request = _request(data, fields)
    if request.digest != digest(block, editor):
        raise JsonHandlerError(
            409,
            translate.gettext(
                _(
                    "Somebody else has saved this block since you opened it. Nothing was saved. What you "
                    "typed is still here: copy it, open the editor again, and put it in."
                )
            ),
        )
    values, wrong = _values(block, request.settings, fields)
    found = _read(editor, request.source, values)
    wrong = {**found.settings, **wrong}
    if not wrong and not found.problems:
        _write(block, editor, values, found.definition)
    return {
        "saved": not wrong and not found.problems,
        "digest": digest(block, editor),
        "html": _summary(found, wrong, fields, translate),
    }


def _read(editor: Editor, source: str, values: Mapping[str, Any]) -> Source:
    if len(source.encode("utf-8", "surrogatepass")) <= MAX_SOURCE:
        return editor.read(source, values)
    problem = Problem(
        line=0,
        where="",
        message=Message(_("The document is larger than {n} bytes."), {"n": MAX_SOURCE}),
        remedy=Message(_("Split it into several.")),
    )
    return Source(definition="", problems=(problem,))


def _values(
    block: Any, texts: Mapping[str, str], fields: Mapping[str, Field]
) -> tuple[dict[str, Any], dict[str, Problem]]:
    """Return the settings as they would be saved, and what is wrong by name."""
    values, wrong = {}, {}
    for name, one in fields.items():
        try:
            values[name] = value_of(one, texts[name])
        except WrongValueError as error:
            values[name] = one.read_from(block)
            wrong[name] = error.problem
    return values, wrong


def _write(block: Any, editor: Editor, values: Mapping[str, Any], definition: str) -> None:
    """Set what differs, so that a default that nobody chose stays a default; the host saves.

    A field is set to its default rather than deleted: a library's runtime would not notice a deletion alone.
    """
    for name, one in author_fields(block).items():
        if values[name] != one.read_from(block):
            setattr(block, name, values[name])
    if definition != getattr(block, editor.field):
        setattr(block, editor.field, definition)


def _summary(
    found: Source,
    wrong: Mapping[str, Problem],
    fields: Mapping[str, Field],
    translate: Translator,
    *,
    opened: bool = False,
) -> str:
    """Return the list of problems and warnings; empty where all is well."""
    problems: list[dict[str, object]] = [
        {
            "field": name,
            "label": translate.gettext(fields[name].display_name),
            "text": _told(wrong[name], translate),
        }
        for name in fields
        if name in wrong
    ]
    problems += [{"field": "", "line": one.line, "text": _told(one, translate)} for one in found.problems]
    if not problems and not found.warnings:
        return ""
    warnings = [translate.text(one) for one in found.warnings]
    values: dict[str, object] = {"problems": problems, "warnings": warnings, "opened": opened}
    return render("studio/summary.html", values, translate)


def _told(problem: Problem, translate: Translator) -> str:
    told = f"{translate.text(problem.message)} {translate.text(problem.remedy)}"
    return f"{problem.where}: {told}" if problem.where else told
