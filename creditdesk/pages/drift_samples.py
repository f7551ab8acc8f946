"""Names of the samples of a drift report in the reader's language."""

import re
from typing import Final

from django.utils.translation import gettext_lazy as _

# How `check_drift` names its samples in a report.
_SAMPLES: Final = (
    (re.compile(r"reference of (?P<version>\S+)"), _("reference of %(version)s")),
    (re.compile(r"assessments of the last (?P<days>\d+) days"), _("assessments of the last %(days)s days")),
)


def sample_in_words(stored: str) -> str:
    """Return the name of a sample in the reader's language; that of a folder is its own."""
    for pattern, text in _SAMPLES:
        if match := pattern.fullmatch(stored):
            return text % match.groupdict()
    return stored
