"""Reasons of an assessment: selected by group of features, worded by a dictionary with a version."""

from creditdesk.models.reason import edition_of
from creditdesk.reasons.desk_voice import text_for_the_desk
from creditdesk.reasons.dictionary import dictionary_version, version_of
from creditdesk.reasons.editions import rebuild
from creditdesk.reasons.group_sums import group_sums
from creditdesk.reasons.selection import MAX_REASONS, reasons_for

__all__ = [
    "MAX_REASONS",
    "dictionary_version",
    "edition_of",
    "group_sums",
    "reasons_for",
    "rebuild",
    "text_for_the_desk",
    "version_of",
]
