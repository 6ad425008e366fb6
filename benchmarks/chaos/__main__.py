"""``python -m benchmarks.chaos``: exits with 1 where anything was lost, doubled, stale or left behind."""

import argparse
import secrets
import sys
from dataclasses import fields

from .plan import Options
from .run import run


def options() -> Options:
    """Return the options given; without --seed one is drawn, and printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    for option in fields(Options):
        kind = type(option.default)
        name = "--" + option.name.replace("_", "-")
        default = secrets.randbelow(10**6) if option.name == "seed" else option.default
        parser.add_argument(name, type=kind, default=default, help="default: %(default)s")
    return Options(**vars(parser.parse_args()))


def main() -> None:
    """Run and say what was found."""
    chosen = options()
    print(f"seed {chosen.seed}: {chosen.learners} learners, {chosen.kills} kills", flush=True)
    report = run(chosen)
    for name, count in report.counts.items():
        print(f"  {name.replace('_', ' '):24} {count}")
    for difference in report.differences:
        print(f"DIFFERENCE {difference}")
    if report.differences:
        sys.exit(1)
    print("Every learner's newest state arrived exactly once.")


if __name__ == "__main__":
    main()
