"""The limits of a drift report, in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LIMITS: Final[Mapping[str, str | Promise]] = {
    "score_psi": _("PSI of the probability of default"),
    "column_psi": _("PSI of a column"),
    "moved_share": _("share of columns that moved"),
    "missing_share": _("change of the share of missing values"),
    "default_rate": _("change of the default rate"),
    "estimated_auc": _("estimated loss of AUC"),
    "estimated_cost": _("estimated rise of the cost per case"),
    "realised_auc": _("real loss of AUC"),
    "realised_cost": _("real rise of the cost per case"),
}


def limit_in_words(code: str) -> str:
    return str(LIMITS.get(code, code))
