#!/usr/bin/env python3
"""Django's command line for Shitu; reads `.run/env` (written by `make run`) before the settings."""

import os
import sys


def main() -> None:
    # `quote` answers anybody, at once and without engines: it loads three rooms only.
    settings = "quote" if sys.argv[1:2] == ["quote"] else "development"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{settings}")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
