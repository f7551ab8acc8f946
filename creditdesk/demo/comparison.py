"""A comparison of candidates for the demo, as `compare_models` stored it.

Recorded once, since it takes minutes: `make_portfolio DIR --clients 6000 --seed 11`, then
`compare_models DIR --quick`.
"""

import json
from pathlib import Path
from typing import Final

from scoring.models import Comparison
from scoring.services.comparison import save_comparison

RECORDED: Final = Path(__file__).with_name("comparison.json")


def add_comparison() -> None:
    """Store the recorded comparison where there is none."""
    if not Comparison.objects.exists():
        save_comparison(json.loads(RECORDED.read_text(encoding="utf-8")))
