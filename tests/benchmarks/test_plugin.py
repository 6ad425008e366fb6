"""What a web worker pays for us in memory; the time to start is measured where the machine is quiet."""

import pytest

from benchmarks.measures.plugin import BUDGET_MIB, script, started


@pytest.mark.parametrize("platform", [False, True], ids=["beside Django and XBlock", "beside the platform"])
def test_a_web_workers_memory(platform: bool) -> None:
    """Within the budget, after a first start that writes the bytecode."""
    found = {}
    for ours in (False, True):
        started(script(ours=ours, platform=platform))
        found[ours] = started(script(ours=ours, platform=platform))[1]
    assert found[True] - found[False] <= BUDGET_MIB
