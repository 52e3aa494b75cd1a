"""`python3 -m scripts.launch run|test|setup|check|bench|faults|fuzz|lock`."""

import os
import sys

MINIMUM = (3, 11)


def main(words):  # type: ignore[no-untyped-def] # a Python that is too old must still read this file
    """Run one command; returns the exit code. A reason to stop is printed as one line."""
    if sys.version_info < MINIMUM:
        have = ".".join(map(str, sys.version_info[:2]))
        print("Shitu needs Python 3.11 or later, this is %s; name another: make run PYTHON=python3.11" % have)  # noqa: UP031
        return 1
    from scripts.launch import commands, errors, say, supervisor

    command = commands.COMMANDS.get(words[0] if len(words) == 1 else "")
    if command is None:
        say.error("usage: python3 -m scripts.launch " + "|".join(commands.COMMANDS))
        return 2
    try:
        return command()
    except errors.Stop as stop:
        say.error(str(stop))
        return 1
    except (KeyboardInterrupt, supervisor.Interrupted):
        return 130


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))
