"""Frameworks: indicators and the basis of required levels, read and refused by line."""

import re
from pathlib import Path

import pytest

from xblocks.competency.framework import Basis
from xblocks.olx.frameworks import read_framework

PACKAGED = Path(__file__).resolve().parents[3] / "course_content" / "frameworks" / "kapasitas.xml"
FRAMEWORK = """<competency_framework id="f" version="1"><domain id="d"><name lang="id">D</name>
<competency id="man.x"><name lang="id">X</name><level n="2"><description lang="id">Dua</description>
<indicator id="man.x.2.1"><description lang="id">Mengingatkan rekan.</description></indicator>
<indicator id="man.x.2.2"><description lang="id">Memberi contoh.</description></indicator>
</level></competency></domain>
<post id="lurah" eselon="41" basis="regulation"><name lang="id">Lurah</name></post>
<post id="staf"><name lang="id">Staf</name></post>
</competency_framework>"""


def test_indicators_and_basis_are_read() -> None:
    """Indicators come in order with their full ids; levels are proposed unless they say more."""
    framework, problems = read_framework(FRAMEWORK)
    assert framework, problems
    assert [(one.id, one.descriptions["id"]) for one in framework.indicators()] == [
        ("man.x.2.1", "Mengingatkan rekan."),
        ("man.x.2.2", "Memberi contoh."),
    ]
    assert [post.basis for post in framework.posts] == [Basis.REGULATION, Basis.PROPOSAL]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param('"man.x.2.1"', '"man.x.3.1"', "man.x.3.1", id="of another level"),
        pytest.param('"man.x.2.1"', '"man.y.2.1"', "man.y.2.1", id="of another competency"),
        pytest.param('"man.x.2.1"', '"man.x.2.0"', "man.x.2.0", id="no number"),
        pytest.param('"man.x.2.2"', '"man.x.2.1"', "twice", id="twice"),
        pytest.param('<indicator id="man.x.2.1">', "<indicator>", "id", id="no id"),
        pytest.param('<description lang="id">Memberi contoh.</description>', "", "description", id="no text"),
        pytest.param('basis="regulation"', 'basis="law"', "law", id="unknown basis"),
        pytest.param('version="1"', f'version="{"9" * 51}"', "50 characters", id="long version"),
        pytest.param(
            "<competency id", f'<competency hr_code="{"9" * 101}" id', "100 characters", id="long code"
        ),
    ],
)
def test_faults_are_named(old: str, new: str, named: str) -> None:
    """Each fault is told with what is wrong, and nothing is returned."""
    assert old in FRAMEWORK
    framework, problems = read_framework(FRAMEWORK.replace(old, new, 1))
    assert framework is None
    assert any(named in str(problem) for problem in problems), list(map(str, problems))
    assert all(problem.line for problem in problems)


def test_packaged_framework_has_the_dictionary_and_the_technical_competencies() -> None:
    """Nine competencies with five levels of three indicators; technical ones with levels 1 to 3."""
    framework, problems = read_framework(PACKAGED.read_bytes())
    assert framework, problems
    by_domain = {domain.id: domain.competencies for domain in framework.domains}
    dictionary = [*by_domain["manajerial"], *by_domain["sosial_kultural"]]
    assert len(dictionary) == 9
    for competency in dictionary:
        assert [len(level.indicators) for level in competency.levels] == [3] * 5
    assert len({one.descriptions["id"] for one in framework.indicators()}) == 135
    for domain in ("keuangan", "pelayanan", "komunikasi"):
        assert 4 <= len(by_domain[domain]) <= 8
        assert all([level.number for level in one.levels][:3] == [1, 2, 3] for one in by_domain[domain])
        assert not any(one.hr_code for one in by_domain[domain])
    assert len(by_domain["kompetensi_pemerintahan"]) == 7


def test_required_levels_are_named_a_proposal_and_are_described() -> None:
    """No regulation fixes them; and a level that is required says what it is."""
    framework, problems = read_framework(PACKAGED.read_bytes())
    assert framework, problems
    described = {one.id: {level.number for level in one.levels} for one in framework.competencies()}
    assert len(framework.posts) == 9
    for post in framework.posts:
        assert post.basis is Basis.PROPOSAL
        assert any(re.search("usul produk ini, bukan ketentuan", source) for source in post.sources)
        assert all(level in described[competency] for competency, level in post.requires.items()), post.id
