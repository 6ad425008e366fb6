"""The table says what was measured, against what, and whether the target is met."""

import pytest

from benchmarks.frame import Contestant, Figure, medians_ms, table


@pytest.mark.parametrize(("value", "verdict"), [(2.0, "met"), (4.1, "MISSED")])
def test_ratio_and_verdict(value: float, verdict: str) -> None:
    """A figure is a multiple of its peer's; up to the target it is met."""
    figure = Figure(
        benchmark="b", measured="m", value=value, unit="ms", against="peer", reference=2.0, target=2.0
    )
    assert figure.ratio == value / 2
    assert figure.verdict == verdict
    assert verdict in table([figure])
    assert f"{value / 2:.2f}" in table([figure])


def test_a_figure_without_a_peer_stands_for_itself() -> None:
    """No peer, no ratio and no verdict."""
    figure = Figure(benchmark="b", measured="m", value=1, unit="kB")
    assert (figure.ratio, figure.verdict) == (None, "")


def test_contestants_alternate_after_warming_up() -> None:
    """Each contestant is called in every round, and the order turns."""
    calls: list[str] = []
    contestants = {name: Contestant(act=lambda name=name: calls.append(name)) for name in ("a", "b")}
    assert medians_ms(contestants, rounds=2, warm_up=1).keys() == {"a", "b"}
    assert calls == ["a", "b", "b", "a", "a", "b"]
