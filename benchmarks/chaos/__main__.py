"""``python -m benchmarks.chaos``: exits with 1 where anything happened that never must."""

import argparse
import secrets
import signal
import sys
from dataclasses import fields

from .plan import Options
from .run import run
from .servers import missing

MOST_SHOWN = 50


def parser() -> argparse.ArgumentParser:
    """Return the parser of the options; without --seed one is drawn, and printed."""
    ours = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    ours.add_argument(
        "--missing", action="store_true", help="name the programs that this machine lacks, and run nothing"
    )
    for option in fields(Options):
        kind = type(option.default)
        name = "--" + option.name.replace("_", "-")
        default = secrets.randbelow(10**6) if option.name == "seed" else option.default
        choices = ("postgresql", "mariadb") if option.name == "database" else None
        ours.add_argument(name, type=kind, default=default, choices=choices, help="default: %(default)s")
    return ours


def main() -> None:
    """Run and say what was found."""
    given = vars(parser().parse_args())
    only_looks = given.pop("missing")
    chosen = Options(**given)
    lacking = missing(chosen.database)
    if lacking:
        print(", ".join(lacking))
        sys.exit("This machine lacks programs that the run needs.")
    if only_looks:
        return
    print(
        f"{chosen.database}, seed {chosen.seed}: {chosen.records} records, {chosen.kills} kills", flush=True
    )
    # So that everything that was started ends with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = run(chosen)
    for name, count in report.figures.items():
        print(f"  {name:42} {count}")
    for name, count in report.faults.items():
        print(f"    {name:40} {count}")
    for finding in report.findings[:MOST_SHOWN]:
        print(f"{finding.kind.upper()}: {finding.text}")
    if report.findings:
        sys.exit(f"{len(report.findings)} things happened that must not.")
    print("Nothing lost, nothing twice, nothing out of order, nothing left behind.")


if __name__ == "__main__":
    main()
