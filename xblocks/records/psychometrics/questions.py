"""An item as judges and reviewers read it: prompt, options and key. For staff only: it shows the key."""

from django.utils.safestring import SafeString, mark_safe

from xblocks.competency.items import Item, MultipleResponse, SingleChoice
from xblocks.competency.values import dataclass
from xblocks.olx.markup import safe_html

__all__ = ["Question", "question_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a template shows; ``options`` are (id, text, whether right), for choice items only."""

    id: str
    level: int
    prompt: SafeString
    options: tuple[tuple[str, SafeString, bool], ...]
    source: str


def question_of(item: Item) -> Question:
    """Return the item for people who may see its key."""
    options = item.options if isinstance(item, SingleChoice | MultipleResponse) else ()
    return Question(
        id=item.id,
        level=item.level,
        prompt=_safe(item.prompt),
        options=tuple((option.id, _safe(option.body), option.correct) for option in options),
        source=item.source,
    )


def _safe(content: str) -> SafeString:
    # safe_html has let nothing through that is not on its list.
    return mark_safe(safe_html(content))
