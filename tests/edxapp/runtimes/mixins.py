"""Fakes of what the platform mixes into every block of a course."""

from django.utils import timezone
from web_fragments.fragment import Fragment
from xblock.core import XBlock, XBlockMixin
from xblock.exceptions import JsonHandlerError
from xblock.fields import Boolean, Date, Dict, Integer, Scope, String, Timedelta


class FakeInheritanceMixin(XBlockMixin):
    """Fake of InheritanceMixin (xmodule/modulestore/inheritance.py, e57a655): fields that are inherited."""

    graded = Boolean(scope=Scope.settings, default=False)
    start = Date(scope=Scope.settings)
    due = Date(scope=Scope.settings)
    relative_weeks_due = Integer(scope=Scope.settings)
    visible_to_staff_only = Boolean(default=False, scope=Scope.settings)
    graceperiod = Timedelta(scope=Scope.settings)
    group_access = Dict(scope=Scope.settings)
    showanswer = String(scope=Scope.settings, default="finished")
    show_correctness = String(scope=Scope.settings, default="always")
    rerandomize = String(scope=Scope.settings, default="never")
    max_attempts = Integer(scope=Scope.settings)
    self_paced = Boolean(default=False, scope=Scope.settings)
    hide_from_toc = Boolean(default=False, scope=Scope.settings)

    @property
    def close_date(self):
        if self.graceperiod is not None and self.due:
            return self.due + self.graceperiod
        return self.due

    def has_deadline_passed(self):
        if self.self_paced or self.close_date is None:
            return False
        return timezone.now() > self.close_date


@XBlock.needs("i18n")
class FakeXModuleMixin(XBlockMixin):
    """Fake of XModuleMixin (xmodule/x_module.py, 68a5285): what old code asks of any block."""

    has_score = False
    show_in_read_only_mode = False
    icon_class = "other"
    display_name = String(scope=Scope.settings, default=None)

    @property
    def location(self):
        return self.scope_ids.usage_id

    @property
    def course_id(self):
        return self.context_key

    @property
    def category(self):
        return self.scope_ids.block_type

    @property
    def url_name(self):
        return self.usage_key.block_id

    def get_content_titles(self):
        return [self.display_name_with_default]

    def get_icon_class(self):
        return self.icon_class

    def get_score(self):
        return None

    def max_score(self):
        return None

    def has_dynamic_children(self):
        return False


@XBlock.needs("partitions", "i18n")
@XBlock.wants("completion")
class FakeLmsBlockMixin(XBlockMixin):
    """Fake of LmsBlockMixin (lms/djangoapps/lms_xblock/mixin.py, e57a655)."""

    format = String(scope=Scope.settings)
    chrome = String(scope=Scope.settings)

    def validate(self):
        self.runtime.service(self, "partitions")
        return super().validate()

    @XBlock.json_handler
    def publish_completion(self, data, suffix=""):
        service = self.runtime.service(self, "completion")
        if service is None:
            raise JsonHandlerError(500, "No completion service found")
        if not service.completion_tracking_enabled():
            raise JsonHandlerError(404, "Completion tracking is not enabled and API calls are unexpected")
        if not service.can_mark_block_complete_on_view(self):
            raise JsonHandlerError(400, "Block not configured for completion on view.")
        self.runtime.publish(self, "completion", data)
        return {"result": "ok"}


@XBlock.wants("completion")
class FakeLibraryMixin(XBlockMixin):
    """Fake of the library runtime's LmsBlockMixin and XBlockShim.

    openedx/core/djangoapps/xblock/runtime/mixin.py (e57a655) and shims.py (2f8af3b): no inherited fields.
    """

    has_score = False
    show_in_read_only_mode = False
    icon_class = "other"

    def public_view(self, _context):
        return Fragment("This content is only accessible to registered learners.")


COURSE_MIXINS = (FakeLmsBlockMixin, FakeInheritanceMixin, FakeXModuleMixin)
