"""Small blocks for tests of the host: one that touches every scope, and publishes what it is told to."""

from typing import Any

from web_fragments.fragment import Fragment
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock
from xblock.fields import Dict, Float, Integer, Scope, String
from xblock.scorable import ScorableXBlockMixin, Score


@XBlock.needs("i18n", "user")
@XBlock.wants("completion", "settings", "replace_urls")
class ProbeXBlock(ScorableXBlockMixin, XBlock):
    """A scored block whose handler publishes the request's JSON as it stands."""

    display_name = String(scope=Scope.settings, default="Probe")
    text = String(scope=Scope.content, default="")
    weight = Float(scope=Scope.settings, default=None)
    points = Integer(scope=Scope.settings, default=4)
    earned = Integer(scope=Scope.user_state, default=None)
    notes = Dict(scope=Scope.user_state, default={})
    tally = Integer(scope=Scope.user_state_summary, default=0)
    layout = String(scope=Scope.preferences, default="")
    region = String(scope=Scope.user_info, default="")

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        fragment = Fragment(f'<p><a href="/static/lampiran.txt">{self.text}</a></p>')
        fragment.initialize_js("Probe", {"title": self.display_name})
        return fragment

    def max_score(self) -> int:
        return self.points

    @XBlock.json_handler
    def publish(self, data: dict[str, Any], suffix: str = "") -> dict[str, Any]:
        self.runtime.publish(self, data["event"], data["data"])
        return {"suffix": suffix}

    @XBlock.json_handler
    def answer(self, data: dict[str, Any], suffix: str = "") -> dict[str, Any]:
        self.earned = data["earned"]
        self.runtime.publish(self, "grade", {"value": self.earned, "max_value": self.points})
        return {}

    @XBlock.json_handler
    def write_content(self, data: dict[str, Any], suffix: str = "") -> dict[str, Any]:
        self.text = "changed by a learner"
        return {}

    def has_submitted_answer(self) -> bool:
        return self.earned is not None

    def get_score(self) -> Score:
        return Score(self.earned, self.points)

    def set_score(self, score: Score) -> None:
        self.earned = score.raw_earned

    def calculate_score(self) -> Score:
        return Score(min(self.earned, self.points), self.points)

    def _publish_grade(self, score: Score, only_if_higher: bool | None = None) -> None:
        self.runtime.publish(
            self,
            "grade",
            {"value": score.raw_earned, "max_value": score.raw_possible, "only_if_higher": only_if_higher},
        )


class CustomXBlock(XBlock):
    """A block that says for itself how complete it is."""

    has_custom_completion = True
    completion_mode = XBlockCompletionMode.COMPLETABLE
    display_name = String(scope=Scope.settings, default="Custom")

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        return Fragment("<p>custom</p>")


class ReadXBlock(XBlock):
    """A block that is complete when it has been seen."""

    display_name = String(scope=Scope.settings, default="Read")

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        return Fragment("<p>read</p>")
