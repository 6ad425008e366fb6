"""``python -m benchmarks.hostile``: the platform as a process, until it is ended (or killed)."""

import argparse

from .faults import Odds
from .memory import Memory, Rule
from .service import Platform
from .wire import server_for


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--memory", required=True, metavar="FILE", help="what it holds, an SQLite file")
    parser.add_argument("--rule", type=Rule, choices=list(Rule), default=Rule.MOODLE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=0.2, help="share of requests that go wrong")
    parser.add_argument("--skew", type=float, default=0, help="seconds that its clock is ahead")
    chosen = parser.parse_args()
    platform = Platform(
        memory=Memory(chosen.memory),
        faults=Odds(chosen.seed, chosen.rate),
        rule=chosen.rule,
        skew_s=chosen.skew,
        page_size=1,
    )
    server_for(platform, chosen.port).serve_forever()


if __name__ == "__main__":
    main()
