"""`make fuzz`: the interface, the forms and every refusal; the exit code is pytest's.

make fuzz                                              # everything, some twenty minutes
make fuzz ARGS=--short                                 # as CI does
make fuzz ARGS='--examples 500 tests/fuzz/test_interface.py'
"""

import argparse
import os
import sys

WHOLE, SHORT = 25, 3
WHAT = ("tests/fuzz", "tests/accounts/test_permission_matrix.py")


def main(words: list[str]) -> int:
    """Run what `words` ask for in place of this process."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="few examples of each operation and form")
    parser.add_argument("--examples", type=int, help=f"invented requests for each operation ({WHOLE})")
    parser.add_argument("rest", nargs="*", help="files, and options of pytest")
    asked, options = parser.parse_known_args(words)
    examples = asked.examples or (SHORT if asked.short else WHOLE)
    os.environ |= {"SHITU_FUZZ_EXAMPLES": str(examples), "SHITU_EVERY_REFUSAL": "1"}
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *(asked.rest or WHAT), *options])  # noqa: S606 - ourselves


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
