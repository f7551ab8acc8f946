"""The demo models that ship and are put in use."""

from pathlib import Path
from typing import Final

from creditdesk.demo.model import CHALLENGER

ARTIFACTS: Final = Path(__file__).parents[1] / "ml_artifacts"
CHAMPION: Final = "demo-2026-11-29"
IN_USE: Final = (CHAMPION, CHALLENGER)
