"""Blueprints, adaptive rules and places to study in OLX, and which form needs what."""

# Documents are easier to read on one line.
# ruff: noqa: E501

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.xblocks import strategies
from xblocks.competency.assessment import Form, Grading
from xblocks.competency.blueprint import AdaptiveRules, Blueprint, Draw, Study
from xblocks.olx.assessments import (
    AssessmentDefinition,
    read_assessment,
    read_definition,
    write_definition,
)
from xblocks.olx.xml import canonical, parse, pretty


@given(
    blueprint=strategies.blueprints,
    rules=strategies.adaptive_rules(),
    study=st.lists(strategies.studies, max_size=3),
)
def test_drawn_forms_round_trip(blueprint, rules, study):
    """What is written is read as the same, also after it was indented for people."""
    definition = AssessmentDefinition(
        intro="<p>a  b 😀</p>", blueprint=blueprint, adaptive=rules, study=tuple(study)
    )
    root = write_definition(definition)
    document = canonical(root)
    again, problems = read_definition(document, form=Form.ADAPTIVE)
    assert problems == []
    assert again == definition
    pretty(root)
    assert canonical(root) == document
    assert read_definition(etree.tostring(root), form=Form.ADAPTIVE) == (definition, [])


@given(items=strategies.assessments(), study=st.lists(strategies.studies, max_size=3))
def test_fixed_forms_say_where_to_study(items, study):
    """Places to study stand with a fixed form too."""
    definition = AssessmentDefinition(entries=tuple(items), study=tuple(study))
    assert read_definition(canonical(write_definition(definition))) == (definition, [])


AUTHORED = """<competency_assessment bank="governance@1" form="adaptive" time_limit="45" grading="average" certainty="true">
  <intro><p>Sebelum mulai</p></intro>
  <blueprint pilots="1" repeats="true">
    <draw competency="gov.pendanaan" level="2" count="3"/>
    <draw competency="gov.kelembagaan" count="2"/>
  </blueprint>
  <adaptive minimum="8" maximum="20" se="0.35" confidence="0.9" level="3"/>
  <study competency="gov.pendanaan" href="/jump_to_id/unit-dana">Bab 4: Pendanaan  😀</study>
</competency_assessment>"""


def test_an_authored_form_is_read():
    """Every attribute and element arrives as what it means."""
    settings, definition, problems = read_assessment(parse(AUTHORED))
    assert problems == []
    assert (settings.form, settings.time_limit, settings.grading, settings.certainty) == (
        Form.ADAPTIVE, 45, Grading.AVERAGE, True,
    )  # fmt: skip
    assert definition.blueprint == Blueprint(
        draws=(
            Draw(competency="gov.pendanaan", level=2, count=3),
            Draw(competency="gov.kelembagaan", count=2),
        ),
        pilots=1,
        repeats=True,
    )
    assert definition.adaptive == AdaptiveRules(minimum=8, maximum=20, se=0.35, confidence=0.9, level=3)
    assert definition.study == (
        Study(competency="gov.pendanaan", href="/jump_to_id/unit-dana", title="Bab 4: Pendanaan  😀"),
    )


def test_what_is_default_is_not_written():
    """A blueprint and rules of defaults have no attribute that says so."""
    definition = AssessmentDefinition(
        blueprint=Blueprint(draws=(Draw(competency="gov.a", count=1),)),
        adaptive=AdaptiveRules(minimum=1, maximum=2),
    )
    assert canonical(write_definition(definition)) == (
        "<competency_assessment>"
        '<blueprint><draw competency="gov.a" count="1"></draw></blueprint>'
        '<adaptive maximum="2" minimum="1"></adaptive>'
        "</competency_assessment>"
    )


BLUEPRINT = '<blueprint><draw competency="gov.a" count="1"/></blueprint>'
ADAPTIVE = '<adaptive minimum="1" maximum="2"/>'
DRAWN = 'bank="uji@1" form="random"'
ITEM = '<item ref="q1"/>'
# Attributes of the root, what it holds, the line, and what the message names.
PROBLEMS = {
    "unknown form": ('form="free"', ITEM, 1, "free"),
    "unknown grading": ('bank="uji@1" grading="worst"', ITEM, 1, "worst"),
    "no time": ('bank="uji@1" time_limit="0"', ITEM, 1, "time_limit"),
    "all day": ('bank="uji@1" time_limit="601"', ITEM, 1, "601"),
    "in hours": ('bank="uji@1" time_limit="1.5"', ITEM, 1, "1.5"),
    "certainly": ('bank="uji@1" certainty="yes"', ITEM, 1, "yes"),
    "fixed without items": ("", "", 1, "no items"),
    "fixed with a blueprint": ('bank="uji@1"', f"{BLUEPRINT}{ITEM}", 2, "<blueprint>"),
    "fixed with adaptive rules": ('bank="uji@1"', f"{ADAPTIVE}{ITEM}", 2, "<adaptive>"),
    "random without a bank": ('form="random"', BLUEPRINT, 1, "bank"),
    "random without a blueprint": (DRAWN, "", 1, "<blueprint>"),
    "random with items": (DRAWN, f"{BLUEPRINT}\n{ITEM}", 3, "<item>"),
    "random with adaptive rules": (DRAWN, f"{BLUEPRINT}{ADAPTIVE}", 2, "<adaptive>"),
    "adaptive without rules": ('bank="uji@1" form="adaptive"', BLUEPRINT, 1, "<adaptive>"),
    "two blueprints": (DRAWN, f"{BLUEPRINT}\n{BLUEPRINT}", 3, "stand once"),
    "items before the intro": ('bank="uji@1"', f"{ITEM}\n<intro>a</intro>", 3, "<intro>"),
    "empty blueprint": (DRAWN, "<blueprint/>", 2, "draws nothing"),
    "draws twice": (DRAWN, BLUEPRINT.replace("<draw", '<draw competency="gov.a" count="2"/><draw'), 2, "twice"),
    "no count": (DRAWN, '<blueprint>\n<draw competency="gov.a"/></blueprint>', 3, "count"),
    "no competency": (DRAWN, '<blueprint>\n<draw count="1"/></blueprint>', 3, "competency"),
    "odd competency": (DRAWN, '<blueprint>\n<draw competency="GOV" count="1"/></blueprint>', 3, "GOV"),
    "level of a draw": (DRAWN, BLUEPRINT.replace("count", 'level="9" count'), 2, "9"),
    "count": (DRAWN, BLUEPRINT.replace('"1"', '"1e1"'), 2, "1e1"),
    "pilots": (DRAWN, BLUEPRINT.replace("<blueprint", '<blueprint pilots="many"'), 2, "many"),
    "repeats": (DRAWN, BLUEPRINT.replace("<blueprint", '<blueprint repeats="no"'), 2, "no"),
    "unknown attribute": (DRAWN, BLUEPRINT.replace("<blueprint", '<blueprint colour="red"'), 2, "colour"),
    "unknown element": (DRAWN, BLUEPRINT.replace("<draw", "\n<pick/><draw"), 3, "pick"),
    "text in a draw": (DRAWN, '<blueprint><draw competency="gov.a" count="1">x</draw></blueprint>', 2, "x"),
    "no minimum": (DRAWN, f'{BLUEPRINT}\n<adaptive maximum="9"/>', 3, "minimum"),
    "minimum above maximum": (DRAWN, f'{BLUEPRINT}\n<adaptive minimum="9" maximum="8"/>', 3, "at least 9"),
    "se with an exponent": (DRAWN, f'{BLUEPRINT}\n<adaptive minimum="1" maximum="2" se="1e-05"/>', 3, "1e-05"),
    "se too small": (DRAWN, f'{BLUEPRINT}\n<adaptive minimum="1" maximum="2" se="0.05"/>', 3, "0.1"),
    "confidence": (DRAWN, f'{BLUEPRINT}\n<adaptive minimum="1" maximum="2" confidence="1"/>', 3, "confidence"),
    "study without a title": (DRAWN, f'{BLUEPRINT}\n<study competency="gov.a" href="/x"/>', 3, "empty"),
    "study nowhere": (DRAWN, f'{BLUEPRINT}\n<study competency="gov.a">x</study>', 3, "href"),
    "study by a script": (DRAWN, f'{BLUEPRINT}\n<study competency="gov.a" href="javascript:x">x</study>', 3, "javascript"),
    "study with markup": (DRAWN, f'{BLUEPRINT}\n<study competency="gov.a" href="/x">\n<b>x</b></study>', 4, "plain text"),
}  # fmt: skip


@pytest.mark.parametrize(("attributes", "inside", "line", "named"), PROBLEMS.values(), ids=PROBLEMS)
def test_problems_are_named(attributes, inside, line, named):
    """A problem names the line and the thing at fault, and says what to do."""
    root = parse(f"<competency_assessment {attributes}>\n{inside}</competency_assessment>")
    _settings, _definition, problems = read_assessment(root)
    found = [problem for problem in problems if named in str(problem.message) + str(problem.remedy)]
    assert found, problems
    assert found[0].line == line
    assert str(found[0].remedy)


def test_a_rule_that_is_broken_says_which_element_to_correct():
    """What only the making of a value finds is put right in the element that stands for the value."""
    root = parse(f"<competency_assessment {DRAWN}>\n<blueprint/></competency_assessment>")
    _settings, _definition, problems = read_assessment(root)
    assert "Correct <blueprint>, then save again." in [str(problem.remedy) for problem in problems]
