"""How the contract tests try ``competency_assessment``."""

import uuid

from hypothesis import strategies as st
from lxml import etree

from tests.edxapp.blocks import Adapter
from tests.xblocks import samples, strategies
from xblocks.olx.assessments import AssessmentDefinition, write_definition
from xblocks.records.models import Response


def taken(reply):
    status, data = reply
    assert status == 200, data
    return data


def begin(post):
    taken(post("begin", {}))


def _answer(post, answers):
    for item, response in answers.items():
        taken(post("answer", {"item": item, "response": response, "uuid": str(uuid.uuid4())}))
    taken(post("submit", {}))


def finish(post):
    _answer(post, samples.WRONG)


def finish_better(post):
    begin(post)
    _answer(post, samples.RIGHT)


def guess(post):
    posts = [("answer", {"item": item, "response": given}) for item, given in samples.WRONG.items()]
    posts += [
        ("answer", {"item": "single", "response": {"chosen": ["zzz"]}}),
        ("answer", {"item": "ordering", "response": {"places": {"x": 1}}}),
        ("answer", {"item": "matching", "response": {"matches": {"pair-one": "x"}}}),
        ("answer", {"item": "numeric", "response": {"a": 1}}),
        ("answer", {"item": "single", "response": {"chosen": ["a"]}, "final": True}),
        ("submit", {"value": 11}),
        ("view", {}),
    ]
    return [
        post(name, {**data, "uuid": str(uuid.uuid4())} if name == "answer" else data) for name, data in posts
    ]


def mended():
    """The sample with the key of the first item where the wrong answer was."""
    key, other = '<option id="b" correct="true">', '<option id="a">'
    single, rest = samples.ITEMS.split("</item>", 1)
    changed = single.replace(key, '<option id="b">').replace(other, '<option id="a" correct="true">')
    return samples.olx(f"{changed}</item>{rest}", attempts="3")


@st.composite
def sources(draw):
    items = draw(strategies.assessments())
    node = write_definition(AssessmentDefinition(intro=draw(strategies.flow), entries=tuple(items)))
    node.set("display_name", draw(strategies.texts))
    node.set("attempts", str(draw(st.integers(1, 9))))
    node.set("weight", str(draw(st.floats(0, 1e6, allow_nan=False))))
    node.set("colour", draw(strategies.texts))
    return etree.tostring(node, encoding="unicode")


ADAPTER = Adapter(
    block_type="competency_assessment",
    olx=samples.olx,
    begin=begin,
    finish=finish,
    finish_better=finish_better,
    guess=guess,
    earned=0.5,
    possible=11.0,
    keys=samples.LEAKS,
    sealed={"feedback": "never"},
    mended=mended,
    earned_mended=1.5,
    odd=(
        "<competency_assessment/>",
        '<competency_assessment bank="nope@9"><item ref="x"/></competency_assessment>',
        samples.olx(
            '<item id="q" type="essay"/><poll a="b"/>', attempts="many", feedback="sometimes", weight="heavy"
        ),
        samples.olx(
            '<item id="q" type="numeric" competencies="a.b" level="9"><answer value="1e-05"/></item>'
        ),
        samples.olx("\N{GRINNING FACE} text between", schema="99"),
    ),
    sources=sources(),
    handlers=("begin", "answer", "submit", "view"),
    author_handlers=("save_edit",),
    staff_handler="learner_answers",
    facts=frozenset(
        (
            "schema",
            "display_name",
            "intro",
            "ready",
            "attempts",
            "feedback",
            "form",
            "time_limit",
            "grading",
            "certainty",
            "length",
            "max_score",
            "items",
        )
    ),
    recorded=lambda user: Response.objects.filter(user=user).count(),
)
