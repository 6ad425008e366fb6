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
from xblock.core import XBlock
from xblock.exceptions import JsonHandlerError
from xblock.fields import Boolean, Dict, Float, Integer, List, Scope, String
from xblock.scorable import Score, ShowCorrectness
from xblock.validation import ValidationMessage

from xblocks.competency.assessment import FeedbackPolicy, Form, Grading
from xblocks.competency.grading import AttemptScore
from xblocks.competency.messages import Message
from xblocks.competency.messages import mark as _
from xblocks.competency.values import replace
from xblocks.host import clock, formats, links, people, publishing, records
from xblocks.host import studio as host_studio
from xblocks.host.i18n import Translator, translator
from xblocks.host.scoring import ScoredMixin
from xblocks.host.templates import render
from xblocks.olx.assessments import ATTRIBUTES, MINUTES
from xblocks.olx.markup import plain_text
from xblocks.parts.competency_assessment import (
    content,
    flow,
    forms,
    measuring,
    olx,
    recording,
    reports,
    requests,
    sitting,
    staff,
    studio,
    supplies,
    views,
)
from xblocks.parts.competency_assessment.facts import PageFacts
from xblocks.parts.competency_assessment.history import (
    Kept,
    Scorer,
    appended,
    grade_after,
    grade_of,
    history_of,
    rescored,
)
from xblocks.parts.competency_assessment.history import to_json as history_json
from xblocks.parts.competency_assessment.item_views import item_view
from xblocks.parts.competency_assessment.requests import RefusedError
from xblocks.parts.competency_assessment.situation import Situation
from xblocks.parts.competency_assessment.state import Attempt

__all__ = ["CompetencyAssessmentXBlock"]


@XBlock.needs("i18n")
@XBlock.wants("user", "replace_urls", "publish", "grade_utils", "user_state", "studio_user_permissions")
class CompetencyAssessmentXBlock(ScoredMixin, XBlock):
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
    form = String(
        display_name=_("Form"),
        help=_("Whether all learners get the same items, or items drawn from the bank for each attempt."),
        default=Form.FIXED.value,
        values=[
            {"display_name": _("Fixed: the items of the source"), "value": Form.FIXED.value},
            {"display_name": _("Random: drawn by the blueprint"), "value": Form.RANDOM.value},
            {"display_name": _("Adaptive: chosen by the answers so far"), "value": Form.ADAPTIVE.value},
        ],
        scope=Scope.settings,
    )
    bank = String(
        display_name=_("Item bank"),
        help=_("The bank whose items are referred to, as id@version."),
        default="",
        scope=Scope.settings,
    )
    attempts = Integer(
        display_name=_("Attempts"),
        help=_("How often a learner may take the assessment; empty for no limit."),
        default=None,
        values={"min": 1, "max": 9999},
        scope=Scope.settings,
    )
    grading = String(
        display_name=_("Grading"),
        help=_("Which attempt makes the grade, where there are several."),
        default=Grading.BEST.value,
        values=[
            {"display_name": _("The best attempt"), "value": Grading.BEST.value},
            {"display_name": _("The last attempt"), "value": Grading.LAST.value},
            {"display_name": _("The first attempt"), "value": Grading.FIRST.value},
            {"display_name": _("The average of the attempts"), "value": Grading.AVERAGE.value},
        ],
        scope=Scope.settings,
    )
    time_limit = Integer(
        display_name=_("Time limit"),
        help=_("Minutes for one attempt; empty for no limit."),
        default=None,
        values={"min": MINUTES[0], "max": MINUTES[-1]},
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
    certainty = Boolean(
        display_name=_("Ask how certain"),
        help=_("Whether learners say how certain they are of each answer. It does not change the score."),
        default=False,
        scope=Scope.settings,
    )
    definition = String(help=_("The items, as canonical XML."), default=olx.EMPTY, scope=Scope.content)

    attempt = Dict(help="The attempt going on, or the last one; see state.py.", scope=Scope.user_state)
    history = List(help="The attempts handed in; see history.py.", scope=Scope.user_state)
    best_attempt = Dict(help="From before there was a history: read, never written.", scope=Scope.user_state)
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

    # Held for the length of one handler (_handled), which asks for it several times.
    _held: content.Content | None = None

    def _authored(self) -> content.Content:
        if self._held is not None:
            return self._held
        settings = content.Settings(
            bank=self.bank,
            feedback=self.feedback,
            attempts=self.attempts,
            form=self.form,
            time_limit=self.time_limit,
            grading=self.grading,
            certainty=self.certainty,
        )
        return content.assembled(self.definition, settings)

    def _situation(self) -> Situation:
        return self._situation_of(Attempt.from_json(self.attempt), self._authored())

    def _situation_of(self, attempt: Attempt | None, authored: content.Content) -> Situation:
        going_on = attempt is not None and not attempt.submitted
        return Situation(
            content=authored,
            assessment=forms.assessment_of(authored, attempt),
            attempt=attempt,
            course=supplies.course_of(authored, attempt),
            at=clock.now(),
            closed=clock.closed(self),
            closes=clock.closes(self),
            due_passed=clock.due_passed(self),
            # Whether a form can be drawn matters only to who may begin.
            problems=authored.problems if going_on else authored.blocking_problems(),
        )

    def _history(self, scorer: Scorer) -> tuple[Kept, ...]:
        state = {"history": self.history, "attempt": self.attempt, "best_attempt": self.best_attempt}
        return history_of(state, scorer)

    def _scorer(self) -> Scorer:
        """Return what scores attempts by the items as they are now."""
        authored = self._authored()
        return lambda attempt: self._situation_of(attempt, authored).score()

    def validate(self) -> Any:
        """Return what is wrong with the content, for Studio and importers."""
        validation = super().validate()
        authored, text = self._authored(), translator(self).text
        for problem in authored.author_problems():
            validation.add(ValidationMessage(ValidationMessage.ERROR, text(problem)))
        for warning in supplies.warnings_of(authored):
            validation.add(ValidationMessage(ValidationMessage.WARNING, text(warning)))
        return validation

    # Views

    @XBlock.supports("multi_device")
    def student_view(self, _context: Mapping[str, Any] | None = None) -> Fragment:
        """Show the assessment to a learner. Writes nothing."""
        translate = translator(self)
        page: dict[str, object] = {
            "prefix": self._prefix(),
            "content": self._html(self._situation(), translate),
            "urls": {name: self.runtime.handler_url(self, name) for name in ("begin", "answer", "submit")},
        }
        if not people.may_read_states(self):
            return self._fragment(render("assessment/learner.html", page, translate), "competency_assessment")
        page["staff_url"] = self.runtime.handler_url(self, "learner_answers")
        html = render("assessment/learner.html", page, translate)
        return self._fragment(html, "competency_assessment", "competency_assessment_staff")

    def public_view(self, _context: Mapping[str, Any] | None = None) -> Fragment:
        """Show what the assessment is about to who has not enrolled: no item, no learner, no script."""
        translate = translator(self)
        page = views.learner_page(replace(self._situation(), attempt=None), self._facts(translate))
        return self._fragment(render("assessment/public.html", page, translate))

    def author_view(self, _context: Mapping[str, Any] | None = None) -> Fragment:
        """Show the author every item with its key, and what is wrong; others see what it is about."""
        if not host_studio.may_see_keys(self):
            return self.public_view()
        translate = translator(self)
        authored = self._authored()
        page = staff.author_page(authored, supplies.warnings_of(authored), self._facts(translate))
        return self._fragment(render("assessment/author.html", page, translate))

    def studio_view(self, _context: Mapping[str, Any] | None = None) -> Fragment:
        """Show the editor of settings and source to whoever may edit the block here."""
        return host_studio.page(self, studio.EDITOR, self._prefix())

    @XBlock.json_handler
    def save_edit(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """Save the editor's form, for authors in Studio only; see ``host.studio.save``."""
        return host_studio.save(self, studio.EDITOR, data)

    def _fragment(self, html: str, *scripts: str) -> Fragment:
        fragment = Fragment(html)
        fragment.add_css_url(self.runtime.local_resource_url(self, "public/competency_assessment.css"))
        for script in scripts:
            fragment.add_javascript_url(self.runtime.local_resource_url(self, f"public/{script}.js"))
        if scripts:
            # No arguments: outside the LMS they are printed into a script unescaped.
            fragment.initialize_js("KapasitasCompetencyAssessment")
        return fragment

    def _html(self, situation: Situation, translate: Translator) -> str:
        return render(
            "assessment/content.html", views.learner_page(situation, self._facts(translate)), translate
        )

    def _facts(self, translate: Translator) -> PageFacts:
        graded = self.earned is not None and self.possible is not None
        zone = formats.zone_of(self)
        return PageFacts(
            prefix=self._prefix(),
            device=people.device_key(self),
            title=self.display_name
            if self.fields["display_name"].is_set_on(self)
            else translate.gettext(self.display_name),
            language=translate.language,
            text=translate.text,
            names=lambda ids: records.competency_names(ids, translate.language),
            levels=lambda ids: records.competency_levels(ids, translate.language),
            static=lambda html: links.resolved(self, html),
            adapts=supplies.adapts,
            measured=lambda situation: measuring.measured(self, situation, translate.language),
            moment=lambda at: formats.moment(at, zone, translate),
            results_shown=self._results_shown(),
            signed_in=people.learner(self).signed_in,
            due=formats.due(self, translate),
            frozen=publishing.grades_are_frozen(self),
            grade=(Decimal(str(self.earned)), Decimal(str(self.possible))) if graded else None,
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
        # What is drawn from a bank is not to be found by searching for it; nor, before the time runs, what
        # there is so much time for.
        asked = authored.assessment.items if authored.assessment.time_limit is None else ()
        prompts = " ".join(plain_text(item.prompt) for item in asked)
        intro = plain_text(authored.intro)
        index["content"] = {"display_name": self.display_name, "intro": intro, "prompts": prompts}
        index["content_type"] = "Competency assessment"
        return index

    def max_score(self) -> float:
        """Return the points that can be earned; asks for no learner."""
        return self._authored().possible

    def generate_report_data(
        self, user_state_iterator: Iterable[Any], limit_responses: int | None = None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield a row for each answer of each learner, for the instructor's CSV."""
        text, authored = translator(self).text, self._authored()
        yield from islice(reports.rows(authored, user_state_iterator, text), limit_responses)

    # Handlers

    @XBlock.json_handler
    def begin(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """Begin an attempt; ``start`` is a field of the platform. ``{}`` → ``{"html"}``."""
        return self._handled(lambda situation, translate: self._begin(data, situation, translate))

    @XBlock.json_handler
    def answer(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """Save the answer to one item. Repeating a request changes nothing.

        ``{"item", "response", "uuid", "attempt"?, "final"?, "answered_at"?, "sent_at"?, "certainty"?}`` →
        ``{"item", "uuid", "complete", "final", "answered", "count", "left"?, "superseded"?, "html"?}``;
        ``html`` is the item with its feedback, where the answer is final, ``left`` the seconds of a time
        limit. ``superseded``: an answer that was given later, on another device, stands; ``html`` has it. An
        adaptive test adds ``{"next"?, "reserve", "over"}``.
        """
        return self._handled(lambda situation, translate: self._answer(data, situation, translate))

    @XBlock.json_handler
    def submit(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """End the attempt, score it and publish the grade. ``{"attempt"?}`` → ``{"html"}``."""
        return self._handled(lambda situation, translate: self._submit(data, situation, translate))

    @XBlock.json_handler
    def view(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """Show the current state again. ``{}`` → ``{"html"}``."""
        return self._handled(lambda situation, translate: self._view(data, situation, translate))

    @XBlock.json_handler
    def learner_answers(self, data: object, _suffix: str = "") -> dict[str, Any]:
        """Show course staff what a learner answered and got. ``{"learner"}`` → ``{"html"}``."""
        return self._handled(lambda situation, translate: self._learner_answers(data, situation, translate))

    def _handled(self, action: Callable[[Situation, Translator], dict[str, Any]]) -> dict[str, Any]:
        """Run a handler's action; a refusal becomes its status and a translated message."""
        translate = translator(self)
        try:
            if not people.learner(self).signed_in:
                raise RefusedError(403, Message(_("Sign in to take this assessment.")))
            self._held = self._authored()
            return action(self._situation(), translate)
        except RefusedError as error:
            raise JsonHandlerError(error.status, translate.text(error.message)) from error
        finally:
            self._held = None

    def _begin(self, data: object, situation: Situation, translate: Translator) -> dict[str, Any]:
        requests.check_fields(data, ())
        situation = self._closed_if_abandoned(situation)
        earlier = situation.attempt
        number = 1 + (earlier.number if earlier else recording.last_attempt(self))
        attempt = flow.start(situation, number=number, seed=people.secret_seed(self, number))
        supply = supplies.supply_of(self, situation.content, attempt)
        situation = sitting.begun(situation, attempt, supply)
        self._keep(situation)
        recording.began(self, situation)
        return {"html": self._html(situation, translate)}

    def _answer(self, data: object, situation: Situation, translate: Translator) -> dict[str, Any]:
        optional = ("attempt", "final", "answered_at", "sent_at", "certainty")
        fields = requests.check_fields(data, ("item", "response", "uuid"), optional)
        flow.check_attempt(situation, fields.get("attempt"))
        item = flow.item_of(situation, fields["item"])
        uuid = requests.client_uuid_of(fields["uuid"])
        superseded = False
        if not (situation.attempt and situation.attempt.repeats(item.id, uuid)):
            before, situation = situation, sitting.answered(situation, item, uuid, fields)
            superseded = situation.attempt is before.attempt
            if not superseded:
                self._keep(situation)
                recording.answered(self, before, situation, item)
        reply = sitting.reply_to(situation, item, uuid)
        if superseded:
            reply["superseded"] = True
        if situation.course is not None:
            found = views.next_of(situation, self._facts(translate))
            reply |= {name: self._item(view, translate) for name, view in found.shown.items()}
            reply |= {"reserve": [self._item(view, translate) for view in found.reserve], "over": found.over}
        elif reply["final"] or superseded:
            reply["html"] = self._item(item_view(situation, item, self._facts(translate)), translate)
        return reply

    def _keep(self, situation: Situation) -> None:
        if situation.attempt is not None:
            self.attempt = situation.attempt.to_json()

    def _item(self, view: dict[str, Any], translate: Translator) -> str:
        return render("assessment/item.html", {"item": view}, translate)

    def _submit(self, data: object, situation: Situation, translate: Translator) -> dict[str, Any]:
        fields = requests.check_fields(data, (), ("attempt",))
        flow.check_attempt(situation, fields.get("attempt"))
        current = situation.attempt
        repeated = current is not None and current.submitted and fields.get("attempt") == current.number
        if not repeated:
            situation = self._handed_in(situation)
        return {"html": self._html(situation, translate)}

    def _view(self, data: object, situation: Situation, translate: Translator) -> dict[str, Any]:
        requests.check_fields(data, ())
        return {"html": self._html(self._closed_if_abandoned(situation), translate)}

    def _learner_answers(self, data: object, situation: Situation, translate: Translator) -> dict[str, Any]:
        if not people.may_read_states(self):
            raise RefusedError(403, Message(_("Only course staff may see what others answered.")))
        name = requests.text_of(requests.check_fields(data, ("learner",)), "learner")
        state = people.state_of(self, name)
        theirs = replace(situation, attempt=None)
        if state.get("attempt"):
            theirs = self._situation_of(Attempt.from_json(state["attempt"]), situation.content)
        page = staff.staff_page(
            theirs,
            history_of(state, self._scorer()),
            (state.get("earned"), state.get("possible")),
            self._facts(translate),
        )
        return {"html": render("assessment/staff_answers.html", page, translate)}

    def _closed_if_abandoned(self, situation: Situation) -> Situation:
        """Hand in an attempt whose time has been over for so long that no answer can come any more."""
        return self._handed_in(situation) if situation.abandoned and not situation.problems else situation

    def _handed_in(self, situation: Situation) -> Situation:
        """Submit the attempt: score, grade, records, and notices. Returns what stands then."""
        before = self._history(self._scorer())
        situation = sitting.submitted(situation)
        if situation.attempt is None:
            raise ValueError("what is handed in is an attempt")
        score = situation.score()
        kept = appended(before, situation.attempt, score)
        self._keep(situation)
        self.history = history_json(kept)
        grade = grade_after(kept, situation.assessment.grading, self._grade())
        if grade is not None:
            self.set_score(Score(grade.earned, grade.possible))
        recording.submitted(self, situation, score)
        measuring.record_evidence(self, situation)
        self.publish_grade()
        recording.announced(self, situation, score)
        return situation

    def _grade(self) -> AttemptScore | None:
        """Return the grade that is kept: of the attempts before, or what staff set in its place."""
        return AttemptScore(*self.get_score()) if self.has_submitted_answer() else None

    # Scoring as the platform asks for it

    def calculate_score(self) -> Score:
        """Score the submitted attempts that are kept by the items as they are now, and grade them."""
        grade = grade_of(self._rescored(), self._authored().assessment.grading)
        return Score(grade.earned, grade.possible) if grade else Score(0.0, self.max_score())

    def _rescored(self) -> tuple[Kept, ...]:
        scorer = self._scorer()
        return rescored(self._history(scorer), scorer)

    def keep_rescored(self) -> None:
        """Keep what the attempts earn now beside their grade, and put what they now say on record."""
        kept, authored = self._rescored(), self._authored()
        self.history = history_json(kept)
        for one in kept:
            if one.attempt is not None:
                measuring.record_evidence(self, self._situation_of(one.attempt, authored))

    def allows_rescore(self) -> bool:
        """Whether all items can be read: with one missing, every grade would come out wrong."""
        return not self._authored().problems
