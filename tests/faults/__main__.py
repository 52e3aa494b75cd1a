"""`python -m tests.faults`: money under faults (docs/faults.md). `make faults` starts the engines for it.

Without arguments: 2,000 schedules, the removal of every guard, return files and tampering. Otherwise what is
named: `--schedules N`, `--only-seed N` (with its steps), `--plants`, `--returns`, `--tampers N`, `--kills N`.
What takes too long for one run goes in parts: `--part 2/5`; schedules by `--seed`.
"""

import argparse
import os
import sys
import time

import django


def main() -> int:
    """Run what was asked for; 1 where anything was found."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
    asked = _arguments()
    if asked.kills and not asked.short:
        from tests.faults.kills import command

        return command.run(asked.kills, asked.seed)
    django.setup()
    from tests.faults import parts
    from tests.faults.report import say

    begun = time.monotonic()
    found = parts.run(asked)
    say("", f"{'NOT ALL HELD' if found else 'all held'}, {time.monotonic() - begun:.0f} s")
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults ARGS=…", description=__doc__)
    parser.add_argument("--schedules", type=int, help="how many schedules the simulator plays")
    parser.add_argument(
        "--seed", type=int, default=1, help="the first schedule's seed; also of kills and mutants"
    )
    parser.add_argument("--only-seed", type=int, help="play this one schedule and show its steps")
    parser.add_argument(
        "--favour",
        default="",
        help="events that come more often in the schedules, by their names, with commas",
    )
    parser.add_argument("--plants", action="store_true", help="remove one guard after another")
    parser.add_argument("--plant", help="remove the guards whose name holds this text")
    parser.add_argument("--returns", action="store_true", help="truncated and altered result files")
    parser.add_argument("--tampers", type=int, help="so many alterations of ledger and history by the owner")
    parser.add_argument("--kills", type=int, help="so many kills of real processes")
    parser.add_argument("--short", action="store_true", help="a little of everything, in less than a minute")
    parser.add_argument(
        "--part", type=_part, default=(1, 1), metavar="I/N", help="of guards and return files only this share"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="schedules at once")
    return parser.parse_args()


def _part(text: str) -> tuple[int, int]:
    place, count = map(int, text.split("/"))
    if not 1 <= place <= count:
        raise ValueError("the part is one of 1/N to N/N")
    return place, count


if __name__ == "__main__":
    sys.exit(main())
