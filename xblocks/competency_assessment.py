"""The block ``competency_assessment``: items that measure competencies, scored here, explained afterwards.

An adapter and no more: fields ⇄ values, requests ⇄ ``parts.competency_assessment``, results → host.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

from lxml import etree
from web_fragments.fragment import Fragment
from xblock.completable import CompletableXBlockMixin
from xblock.core import XBlock
from xblock.exceptions import JsonHandlerError
from xblock.fields import Dict, Float, Integer, Scope, String
from xblock.scorable import ScorableXBlockMixin, Score, ShowCorrectness
from xblock.validation import ValidationMessage

from xblocks import events
from xblocks.competency.assessment import FeedbackPolicy
from xblocks.competency.items import Item
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.results import result_of
from xblocks.host import clock, links, people, publishing, records
from xblocks.host.i18n import Translator, translator
from xblocks.host.templates import render
from xblocks.olx.assessments import ATTRIBUTES
from xblocks.olx.markup import plain_text
from xblocks.parts.competency_assessment import content, flow, olx, reports, views
from xblocks.parts.competency_assessment.state import Attempt

__all__ = ["CompetencyAssessmentXBlock"]


@XBlock.needs("i18n")
@XBlock.wants("user", "replace_urls")
class CompetencyAssessmentXBlock(ScorableXBlockMixin, CompletableXBlockMixin, XBlock):
    """An assessment as a leaf block, so that it also lives in content libraries."""

    display_name = String(
        display_name=_("Display name"),
        help=_("The title that learners see."),
        default=_("Competency assessment"),
        scope=Scope.settings,
    )
    weight = Float(
        display_name=_("Weight"),
        help=_("What the assessment counts in the grade; the points of its items are scaled to it."),
        default=1.0,
        values={"min": 0},
        scope=Scope.settings,
    )
    attempts = Integer(
        display_name=_("Attempts"),
        help=_("How often a learner may take the assessment; empty for no limit. The best attempt counts."),
        default=None,
        values={"min": 1},
        scope=Scope.settings,
    )
    feedback = String(
        display_name=_("Feedback"),
        help=_("When learners see the key, their score by item, and the reasons."),
        default=FeedbackPolicy.AFTER_SUBMISSION.value,
        values=[
            {"display_name": _("After each item"), "value": FeedbackPolicy.IMMEDIATE.value},
            {"display_name": _("After submission"), "value": FeedbackPolicy.AFTER_SUBMISSION.value},
            {"display_name": _("After the due date"), "value": FeedbackPolicy.AFTER_DUE.value},
            {"display_name": _("Never"), "value": FeedbackPolicy.NEVER.value},
        ],
        scope=Scope.settings,
    )
    bank = String(
        display_name=_("Item bank"),
        help=_("The bank whose items are referred to, as id@version."),
        default="",
        scope=Scope.settings,
    )
    definition = String(help=_("The items, as canonical XML."), default=olx.EMPTY, scope=Scope.content)

    attempt = Dict(help="The attempt going on, or the last one; see state.py.", scope=Scope.user_state)
    best_attempt = Dict(help="The attempt with the best score, as it was submitted.", scope=Scope.user_state)
    earned = Float(help="Points of the grade.", default=None, scope=Scope.user_state)
    possible = Float(help="Points that the grade could have.", default=None, scope=Scope.user_state)

    resources_dir = "assets"
    icon_class = "problem"
    has_author_view = True
    show_in_read_only_mode = True

    # OLX

    @classmethod
    def parse_xml(cls, node: etree._Element, runtime: Any, keys: Any) -> "CompetencyAssessmentXBlock":
        """Make the block of its element. Odd content is kept and told by ``validate``."""
        block: CompetencyAssessmentXBlock = runtime.construct_xblock_from_class(cls, keys)
        found = olx.fields_of(node, cls.fields.keys() - set(ATTRIBUTES))
        for name, text in {**found.settings, **found.host}.items():
            setattr(block, name, cls.fields[name].from_string(text))
        block.definition = found.definition
        return block

    def add_xml_to_node(self, node: etree._Element) -> None:
        """Write the block: what is set of the settings, ours and the host's, and the items."""
        settings = {}
        for name, field in self.fields.items():
            if field.scope == Scope.settings and field.is_set_on(self) and field.read_from(self) is not None:
                settings[name] = field.to_string(field.read_from(self))
        node.set("xblock-family", self.entry_point)
        olx.write(node, self.definition, settings)

    # Content

    def _authored(self) -> content.Content:
        return content.assembled(
            self.definition, bank=self.bank, feedback=self.feedback, attempts=self.attempts
        )

    def _situation(self) -> flow.Situation:
        authored = self._authored()
        return flow.Situation(
            assessment=authored.assessment,
            attempt=Attempt.from_json(self.attempt),
            closed=clock.closed(self),
            due_passed=clock.due_passed(self),
            problems=authored.problems,
        )

    def validate(self) -> Any:
        """Return what is wrong with the content, for Studio and importers."""
        validation = super().validate()
        authored, text = self._authored(), translator(self).text
        for problem in (*authored.problems, *authored.unknown_competencies()):
            validation.add(ValidationMessage(ValidationMessage.ERROR, text(problem)))
        return validation

    # Views

    @XBlock.supports("multi_device")
    def student_view(self, _context: Mapping[str, Any] | None = None) -> Fragment:
        """Show the assessment to a learner. Writes nothing."""
        translate = translator(self)
        page: dict[str, object] = {
            "prefix": self._prefix(),
            "content": self._content(self._situation(), translate),
            "urls": {name: self.runtime.handler_url(self, name) for name in ("start", "answer", "submit")},
        }
        return self._fragment(render("assessment/learner.html", page, translate))

    def author_view(self, _context: Mapping[str, Any] | None = None) -> Fragment:
        """Show the author every item with its key, and what is wrong."""
        translate = translator(self)
        authored = self._authored()
        problems = (*authored.problems, *authored.unknown_competencies())
        page = views.author_page(authored.assessment.items, problems, self._facts(translate))
        return self._fragment(render("assessment/author.html", page, translate))

    def _fragment(self, html: str) -> Fragment:
        fragment = Fragment(html)
        fragment.add_css_url(self.runtime.local_resource_url(self, "public/competency_assessment.css"))
        fragment.add_javascript_url(self.runtime.local_resource_url(self, "public/competency_assessment.js"))
        # No arguments: outside the LMS they are printed into a script unescaped.
        fragment.initialize_js("KapasitasCompetencyAssessment")
        return fragment

    def _content(self, situation: flow.Situation, translate: Translator) -> str:
        return render(
            "assessment/content.html", views.learner_page(situation, self._facts(translate)), translate
        )

    def _facts(self, translate: Translator) -> views.PageFacts:
        graded = self.earned is not None and self.possible is not None
        return views.PageFacts(
            prefix=self._prefix(),
            title=self.display_name
            if self.fields["display_name"].is_set_on(self)
            else translate.gettext(self.display_name),
            intro=self._authored().intro,
            language=translate.language,
            text=translate.text,
            names=lambda ids: records.competency_names(ids, translate.language),
            static=lambda html: links.resolved(self, html),
            results_shown=self._results_shown(),
            signed_in=people.learner(self).signed_in,
            best=(Decimal(str(self.earned)), Decimal(str(self.possible))) if graded else None,
        )

    def _results_shown(self) -> bool:
        """Whether the platform's own setting lets learners see how they did."""
        shown = getattr(self, "show_correctness", None) or ShowCorrectness.ALWAYS
        if shown == ShowCorrectness.PAST_DUE:
            return clock.due_passed(self)
        return bool(shown == ShowCorrectness.ALWAYS)

    def _prefix(self) -> str:
        return "ka-" + hashlib.sha256(str(self.scope_ids.usage_id).encode()).hexdigest()[:10]

    # What others ask without a learner

    def student_view_data(self, _context: object = None) -> dict[str, Any]:
        """Return facts for other clients: no keys, no learner (docs/reference/student_view_data.md)."""
        return views.public_facts(self._authored(), self.display_name)

    def index_dictionary(self) -> dict[str, Any]:
        """Return what may be searched: what is asked, never what is right."""
        index: dict[str, Any] = super().index_dictionary()
        authored = self._authored()
        prompts = " ".join(plain_text(item.prompt) for item in authored.assessment.items)
        intro = plain_text(authored.intro)
        index["content"] = {"display_name": self.display_name, "intro": intro, "prompts": prompts}
        index["content_type"] = "Competency assessment"
        return index

    def max_score(self) -> float:
        """Return the points of all items; asks for no learner."""
        return float(self._authored().assessment.possible)

    def generate_report_data(
        self, user_state_iterator: Iterable[Any], limit_responses: int | None = None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield a row for each answer of each learner, for the instructor's CSV."""
        text = translator(self).text
        items = self._authored().assessment.items
        yield from islice(reports.rows(items, user_state_iterator, text), limit_responses)

    # Handlers

    @XBlock.json_handler
    def start(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """Begin an attempt. ``{}`` → ``{"html"}``."""
        return self._handled(lambda situation, translate: self._start(data, situation, translate))

    @XBlock.json_handler
    def answer(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """Save the answer to one item. Repeating a request changes nothing.

        ``{"item", "response", "uuid", "attempt"?, "final"?, "answered_at"?}`` →
        ``{"item", "uuid", "complete", "final", "answered", "count", "html"?}``; ``html`` is the item
        with its feedback, where the answer is final.
        """
        return self._handled(lambda situation, translate: self._answer(data, situation, translate))

    @XBlock.json_handler
    def submit(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """End the attempt, score it and publish the best grade. ``{"attempt"?}`` → ``{"html"}``."""
        return self._handled(lambda situation, translate: self._submit(data, situation, translate))

    @XBlock.json_handler
    def view(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """Show the current state again. ``{}`` → ``{"html"}``."""
        return self._handled(lambda situation, translate: self._view(data, situation, translate))

    def _handled(self, action: Callable[[flow.Situation, Translator], dict[str, Any]]) -> dict[str, Any]:
        """Run a handler's action; a refusal becomes its status and a translated message."""
        translate = translator(self)
        try:
            if not people.learner(self).signed_in:
                raise flow.RefusedError(403, Message(_("Sign in to take this assessment.")))
            return action(self._situation(), translate)
        except flow.RefusedError as error:
            raise JsonHandlerError(error.status, translate.text(error.message)) from error

    def _start(self, data: object, situation: flow.Situation, translate: Translator) -> dict[str, Any]:
        flow.check_fields(data, ())
        number = (situation.attempt.number if situation.attempt else 0) + 1
        attempt = flow.start(situation, seed=people.secret_seed(self, number), at=clock.now())
        self.attempt = attempt.to_json()
        publishing.track(
            self, events.AttemptStarted(attempt=attempt.number, items=len(situation.assessment.items))
        )
        return {"html": self._content(self._situation(), translate)}

    def _answer(self, data: object, situation: flow.Situation, translate: Translator) -> dict[str, Any]:
        fields = flow.check_fields(data, ("item", "response", "uuid"), ("attempt", "final", "answered_at"))
        flow.check_attempt(situation, fields.get("attempt"))
        item = flow.item_of(situation, fields["item"])
        uuid = flow.client_uuid_of(fields["uuid"])
        final = fields.get("final", False)
        if not isinstance(final, bool):
            raise flow.RefusedError(400, Message(_("The field final must be true or false.")))
        final = final and situation.assessment.feedback is FeedbackPolicy.IMMEDIATE
        if not (situation.attempt and situation.attempt.repeats(item.id, uuid)):
            at = flow.answered_at(fields.get("answered_at"), clock.now())
            attempt = flow.answer(situation, item, fields["response"], client_uuid=uuid, final=final, at=at)
            self.attempt = attempt.to_json()
            situation = self._situation()
            if final:
                self._record(situation, only=item)
            publishing.track(self, events.ItemAnswered(attempt=attempt.number, item=item.id, final=final))
        return self._saved(situation, item, uuid, translate)

    def _saved(
        self, situation: flow.Situation, item: Item, uuid: str, translate: Translator
    ) -> dict[str, Any]:
        result = situation.result()
        answered = [one.item.id for one in result.items if one.response and one.response.complete]
        locked = situation.attempt is not None and situation.attempt.locked(item.id)
        reply: dict[str, Any] = {
            "item": item.id,
            "uuid": uuid,
            "complete": item.id in answered,
            "final": locked,
            "answered": len(answered),
            "count": len(result.items),
        }
        if locked:
            view = views.item_view(situation, item, self._facts(translate))
            reply["html"] = render("assessment/item.html", {"item": view}, translate)
        return reply

    def _submit(self, data: object, situation: flow.Situation, translate: Translator) -> dict[str, Any]:
        fields = flow.check_fields(data, (), ("attempt",))
        flow.check_attempt(situation, fields.get("attempt"))
        current = situation.attempt
        repeated = current is not None and current.submitted and fields.get("attempt") == current.number
        if not repeated:
            attempt = flow.submit(situation, at=clock.now())
            self.attempt = attempt.to_json()
            situation = self._situation()
            self._score(situation, attempt)
        return {"html": self._content(situation, translate)}

    def _view(self, data: object, situation: flow.Situation, translate: Translator) -> dict[str, Any]:
        flow.check_fields(data, ())
        return {"html": self._content(situation, translate)}

    def _score(self, situation: flow.Situation, attempt: Attempt) -> None:
        result = situation.result()
        score = Score(float(result.earned), float(result.possible))
        if not self.has_submitted_answer() or _share(score) >= _share(self.get_score()):
            self.best_attempt = attempt.to_json()
            self.set_score(score)
        self._record(situation)
        answered = sum(bool(one.response and one.response.complete) for one in result.items)
        publishing.track(
            self,
            events.AttemptSubmitted(
                attempt=attempt.number,
                answered=answered,
                items=len(result.items),
                earned=score.raw_earned,
                possible=score.raw_possible,
            ),
        )
        best = self.get_score()
        publishing.publish_grade(self, best.raw_earned, best.raw_possible)
        publishing.publish_completion(self, 1.0)

    def _record(self, situation: flow.Situation, only: Item | None = None) -> None:
        if situation.attempt is not None:
            records.record_responses(
                people.learner(self).user_id,
                str(self.scope_ids.usage_id),
                situation.attempt.number,
                list(flow.records_of(situation.attempt, situation.result(), only)),
            )

    # Scoring as the platform asks for it

    def has_submitted_answer(self) -> bool:
        """Whether there is a grade to rescore."""
        return self.earned is not None and self.possible is not None

    def get_score(self) -> Score:
        """Return the grade's points as they are kept."""
        return Score(float(self.earned or 0), float(self.possible or 0))

    def set_score(self, score: Score) -> None:
        """Keep the grade's points."""
        self.earned, self.possible = float(score.raw_earned), float(score.raw_possible)

    def calculate_score(self) -> Score:
        """Score the submitted attempts that are kept by the items as they are now; the best counts."""
        items = self._authored().assessment.items
        kept = [Attempt.from_json(stored) for stored in (self.attempt, self.best_attempt)]
        results = [
            result_of(items, attempt.responses(items)) for attempt in kept if attempt and attempt.submitted
        ]
        best = max(
            results, key=lambda result: result.earned / (result.possible or 1), default=result_of(items, {})
        )
        return Score(float(best.earned), float(best.possible))

    def allows_rescore(self) -> bool:
        """Whether all items can be read: with one missing, every grade would come out wrong."""
        return not self._authored().problems

    def rescore(self, only_if_higher: bool) -> None:
        """Score again and publish; raises TypeError for content with problems, ValueError without answers."""
        if not self.allows_rescore():
            raise TypeError(translator(self).gettext(_("The assessment has problems; mend them first.")))
        if not self.has_submitted_answer():
            raise ValueError(translator(self).gettext(_("This learner has not submitted the assessment.")))
        score, kept = self.calculate_score(), self.get_score()
        if only_if_higher and _share(score) <= _share(kept):
            return
        self.set_score(score)
        self.publish_grade()

    def publish_grade(self) -> None:
        """Publish the grade that is kept; the platform calls it after an override."""
        score = self.get_score()
        publishing.publish_grade(self, score.raw_earned, score.raw_possible)


def _share(score: Score) -> float:
    return float(score.raw_earned / score.raw_possible) if score.raw_possible else 0.0
