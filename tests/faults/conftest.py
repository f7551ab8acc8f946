"""Faults that take long or need root: `make test-faults`."""

import os

collect_ignore_glob = [] if os.environ.get("TEST_FAULTS") else ["test_*.py"]
