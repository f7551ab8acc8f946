"""Where the browser of the tests is: without windows where Debian has it, half the processor time."""

from shutil import which
from typing import Final

CHROMIUM: Final = which("chromium-headless-shell") or which("chromium")
