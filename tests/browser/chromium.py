"""Path of the browser of the tests: without windows where Debian has it, at half the processor time."""

from shutil import which
from typing import Final

CHROMIUM: Final = which("chromium-headless-shell") or which("chromium")
# Without one, a PDF is stored and the page stays.
HAS_PDF_VIEWER: Final = not (CHROMIUM or "").endswith("headless-shell")
