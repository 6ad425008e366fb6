"""A unit's page with our block against the same page with one block of text."""

from benchmarks import course
from benchmarks.frame import Contestant, Figure, medians_ms
from benchmarks.site import learner_on_site, queries_of

TARGETS = {"assessment, not begun": 1.5, "assessment, 20 items open": 4.0, "problem, one question": None}


def measure() -> list[Figure]:
    """Return time and queries of the pages; the platform's problem stands beside for comparison."""
    with learner_on_site() as learner:
        pages = {name: Contestant(act=lambda name=name: learner.unit(name)) for name in course.UNITS}  # type: ignore[misc]
        before = medians_ms(pages, rounds=25)
        queries = {name: queries_of(lambda name=name: learner.unit(name)) for name in course.UNITS}
        learner.start()
        after = medians_ms({name: pages[name] for name in ("text", "assessment")}, rounds=25)
        open_queries = queries_of(lambda: learner.unit("assessment"))
    found = {
        "assessment, not begun": (before["assessment"], before["text"], queries["assessment"]),
        "assessment, 20 items open": (after["assessment"], after["text"], open_queries),
        "problem, one question": (before["problem"], before["text"], queries["problem"]),
    }
    figures = []
    for name, (ms, reference, count) in found.items():
        for unit, value, peer in (("ms", ms, reference), ("queries", count, queries["text"])):
            figures.append(
                Figure(
                    benchmark="page",
                    measured=name,
                    value=value,
                    unit=unit,
                    against="page with one html block",
                    reference=peer,
                    target=TARGETS[name],
                )
            )
    return figures
