#!/usr/bin/env python
import gc
import os
import sys


def main() -> None:
    # What a command loads lives as long as it does: to look for garbage there takes a fifth of its start.
    gc.set_threshold(5_000, 10, 10)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "creditdesk.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
