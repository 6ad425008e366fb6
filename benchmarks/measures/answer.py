"""One answer as a whole request on the course site: our block's against the platform's problem block."""

from benchmarks.frame import Contestant, Figure, medians_ms
from benchmarks.site import Learner, learner_on_site, queries_of

PEER = "problem_check of the platform's block"
TARGETS = {"answer": 1.0, "submit, 20 items": 2.0}


def begun(learner: Learner) -> None:
    """Begin a new attempt with one answer in it."""
    learner.start()
    learner.answer()


def measure() -> list[Figure]:
    """Return time and queries; the peer scores and publishes at once, ours when the attempt is submitted."""
    with learner_on_site() as learner:
        begun(learner)
        ms = medians_ms(
            {
                PEER: Contestant(act=learner.check_problem),
                "answer": Contestant(act=learner.answer),
            },
            rounds=40,
        )
        learner.submit()
        ms |= medians_ms(
            {
                "peer again": Contestant(act=learner.check_problem),
                "submit, 20 items": Contestant(prepare=lambda: begun(learner), act=learner.submit),
            },
            rounds=20,
        )
        begun(learner)
        queries = {
            "answer": queries_of(learner.answer),
            "submit, 20 items": queries_of(learner.submit),
            PEER: queries_of(learner.check_problem),
        }
    references = {"answer": ms[PEER], "submit, 20 items": ms["peer again"]}
    figures = []
    for name, reference in references.items():
        figures += [
            figure(f"{name}, request", ms[name], "ms", reference, TARGETS[name]),
            figure(f"{name}, SQL", queries[name], "queries", queries[PEER], TARGETS[name]),
        ]
    return figures


def figure(measured: str, value: float, unit: str, reference: float, target: float) -> Figure:
    """Return a figure against the platform's block."""
    return Figure(
        benchmark="answer",
        measured=measured,
        value=value,
        unit=unit,
        against=PEER,
        reference=reference,
        target=target,
    )
