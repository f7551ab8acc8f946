"""Affordability in sentences: each limit that is not kept, or what is not known."""

from collections.abc import Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scoring.ml.model.affordability import Affordability
from scoring.presentation import formatting

MISSING: Final[dict[str, str | Promise]] = {
    "charges": _("the charges"),
    "income": _("the income"),
    "instalment": _("the instalment"),
    "members": _("the people in the household"),
}


def ground_sentences(judged: Affordability) -> list[str]:
    """Each limit that is not kept, as the client reads it, in the language in use."""
    sentences: dict[str, str] = {}
    if judged.debt_ratio is not None:
        share, limit = formatting.distinct_percents(judged.debt_ratio, judged.max_debt_ratio, 0)
        sentences["debt_ratio"] = gettext(
            "Your instalments and charges would take %(share)s of your income; our limit is %(limit)s."
        ) % {"share": share, "limit": limit}
    if judged.left_per_member is not None:
        left, least = formatting.distinct_money(judged.left_per_member, judged.min_left_per_member)
        sentences["left_to_live_on"] = gettext(
            "%(left)s a month would be left for each person of your household; we ask for %(least)s."
        ) % {"left": left, "least": least}
    return _chosen(sentences, judged.grounds)


def unmet_sentences(judged: Affordability) -> list[str]:
    """Why the budget does not allow an acceptance; nothing where it does."""
    if judged.missing:
        names = ", ".join(str(MISSING[name]) for name in judged.missing)
        return [gettext("Whether the client can afford it is not known: %(missing)s.") % {"missing": names}]
    return ground_sentences(judged)


def _chosen(sentences: dict[str, str], names: Sequence[str]) -> list[str]:
    return [sentences[name] for name in names]
