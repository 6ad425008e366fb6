"""Our templates, escaped by default, in the reader's language.

XBlock's own loader merges whole catalogues at every tag, which costs milliseconds each and touches
what all threads share; here ``{% translate %}`` asks the request's translator.
"""

from functools import cache
from pathlib import Path

from django.template import Context, Engine, Library
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from xblocks.competency.numbers import NumberText

from .i18n import Translator

__all__ = ["render"]

DIRECTORY = Path(__file__).resolve().parent.parent / "templates"
register = Library()


@register.simple_tag(takes_context=True)
def translate(
    context: Context, text: str, plural: str = "", count: NumberText | int = 1, **values: str
) -> SafeString:
    """``{% translate "Item {n}" n=number %}``: the text translated, its values escaped.

    ``{% translate "{n} point" plural="{n} points" count=points n=points %}`` chooses by the count.
    """
    translator: Translator = context["translator"]
    if plural:
        number = count.value if isinstance(count, NumberText) else count
        sentence = conditional_escape(translator.ngettext(text, plural, number))
    else:
        sentence = conditional_escape(translator.gettext(text))
    return mark_safe(sentence.format_map({name: conditional_escape(value) for name, value in values.items()}))


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(DIRECTORY)], builtins=[__name__])


def render(template: str, values: dict[str, object], translator: Translator) -> SafeString:
    """Return the template's HTML."""
    context = Context({**values, "translator": translator, "language": translator.language})
    return _engine().get_template(template).render(context)
