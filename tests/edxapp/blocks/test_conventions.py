"""What a block's class must be, so that the platform finds, lists, stores and serves it."""

import inspect
import re
from importlib.metadata import distribution

import pytest
from xblock.core import XBlock
from xblock.fields import Scope, String

from tests.edxapp.blocks import adapter_of, our_entry_points
from tests.edxapp.runtimes.mixins import COURSE_MIXINS, FakeInheritanceMixin, FakeLmsBlockMixin
from xblocks.olx.assessments import PLATFORM_ATTRIBUTES

# What any block may say for itself, over what is mixed in (lms/djangoapps/courseware, xmodule/x_module.py).
OURS_TO_SAY = {"display_name", "get_score", "icon_class", "max_score", "show_in_read_only_mode", "validate"}
# Other attributes of XModuleMixin and LmsBlockMixin, which the platform reads from any block.
OF_XMODULES = {
    "system", "xmodule_runtime", "display_name_with_default_escaped", "tooltip_title", "xblock_kvs",
    "add_aside", "get_asides", "has_children_at_depth", "get_children", "get_child", "get_child_by",
    "get_progress", "get_required_block_descriptors", "bind_for_student", "non_editable_metadata_fields",
    "editable_metadata_fields", "merged_group_access", "always_recalculate_grades", "is_past_due", "position",
}  # fmt: skip
# Fields of the platform that a block reads with getattr and never defines.
INHERITED = {*PLATFORM_ATTRIBUTES, *FakeInheritanceMixin.fields, *FakeLmsBlockMixin.fields}


@pytest.fixture
def cls(block_type):
    return XBlock.load_class(block_type)


def test_every_block_has_an_adapter():
    """A new block is held by these tests from its first day."""
    assert our_entry_points()
    for one in our_entry_points():
        assert adapter_of(one.name).block_type == one.name


def test_every_entry_point_is_a_block(cls):
    assert issubclass(cls, XBlock)


def test_the_type_is_spelt_as_the_platform_spells_it(block_type):
    """Types are lower-cased when they are loaded, and stand in keys and URLs."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", block_type)


def test_the_class_stands_in_a_module_at_the_top(cls):
    """Only there do development and production look assets up alike."""
    assert cls.__module__.count(".") == 1
    assert cls.__module__.startswith("xblocks.")


def test_init_is_not_ours(cls):
    ours = [one for one in cls.__mro__ if one.__module__.partition(".")[0] == "xblocks"]
    assert [one for one in ours if "__init__" in vars(one)] == []


def test_there_is_a_name_for_studio_to_show(cls):
    """Studio's and the library's lists of blocks need a default display name."""
    field = cls.fields["display_name"]
    assert isinstance(field, String)
    assert field.scope == Scope.settings
    assert field.default


def test_nothing_shadows_what_the_platform_mixes_in(cls):
    """Not as a field, a method or a handler: our class comes first, and the platform reads what it finds.

    A handler called ``start`` would be compared with the clock to see whether the course has begun.
    """
    ours = [one for one in cls.__mro__ if one.__module__.partition(".")[0] == "xblocks"]
    defined = {name for one in ours for name in vars(one) if not name.startswith("__")}
    mixed_in = {name for mixin in COURSE_MIXINS for name in vars(mixin) if not name.startswith("__")}
    assert (defined | set(cls.fields)) & INHERITED == set()
    assert defined & (mixed_in | OF_XMODULES) - OURS_TO_SAY == set()


def test_only_scopes_that_libraries_take(cls):
    """Authored fields are content or settings, learners' are user_state; nothing shared is rewritten."""
    names = {"content", "settings", "user_state", "parent", "children", "tags", "name"}
    assert {
        field.name for field in cls.fields.values()
        if field.scope not in (Scope.content, Scope.settings, Scope.user_state)
    } <= names  # fmt: skip
    assert not cls.has_children


def test_assets_are_below_resources_dir(cls):
    """All that lies below resources_dir is published: it is not the package."""
    assert cls.resources_dir == "assets"
    files = [str(one) for one in distribution("kapasitas").files or ()]
    assert not [one for one in files if "/assets/" in one and not re.search(r"\.(js|css|svg|png)$", one)]


def test_i18n_is_needed_and_all_else_wished_for(cls):
    """A block that needs what Studio or a library lacks breaks the page it is on."""
    needed = {name for name, how in cls._combined_services.items() if how == "need"}
    assert needed == {"i18n", "field-data"}  # the second is XBlock's own


def test_views_and_scores(cls):
    assert cls.has_score
    assert cls.has_author_view
    assert cls.show_in_read_only_mode
    assert cls.icon_class == "problem"
    assert cls.has_support(cls, cls.student_view, "multi_device")


def test_completion_is_left_to_the_score(cls):
    """With a completion of its own, a block would stay complete after its state was deleted."""
    assert not getattr(cls, "has_custom_completion", False)


def test_handlers_are_those_we_know(cls, adapter):
    """Every handler is a door for any learner: a new one is looked at here first."""
    ours = {
        name for name, one in inspect.getmembers(cls, callable) if getattr(one, "_is_xblock_handler", False)
    }
    assert ours == {*adapter.handlers, adapter.staff_handler, *adapter.author_handlers}


def test_workbench_scenarios_break_no_workbench(cls):
    """The workbench calls this on every class, and one that raises breaks it for all."""
    scenarios = getattr(cls, "workbench_scenarios", None)
    assert scenarios is None or isinstance(list(scenarios()), list)
