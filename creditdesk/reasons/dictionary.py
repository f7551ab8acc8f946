"""The reason dictionary: `dictionary.toml` read once, and its version, an edition and a digest."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from creditdesk.models import Reason
from creditdesk.models.reason import SIXTH_EDITION, THIRD_EDITION
from creditdesk.reasons import values
from creditdesk.reasons.sentence import Form, Sentence, Side
from scoring.ml.tables.schema import Text

# The rule by which reasons are selected. Another rule is another edition; the old one stays, for replays.
EDITION: Final = 7
FILE: Final = Path(__file__).with_name("dictionary.toml")
# The words depend on how values are written, too.
_SOURCES: Final = (FILE, *map(FILE.with_name, ("values.py", "scope.py", "sentence.py", "wording.py")))


@dataclass(frozen=True, slots=True)
class GroupTitle:
    """The words for a whole group, what a client can bring about it, and where its facts come from."""

    text: Text
    bring: Text
    source: Text


@dataclass(frozen=True, slots=True)
class Dictionary:
    """`sentences` of one edition by feature, in the order of the file; `by_key` those of all editions;
    `sources` by their names in the file.

    A group without a title is never named.
    """

    sentences: Mapping[str, tuple[Sentence, ...]]
    groups: Mapping[str, GroupTitle]
    by_key: Mapping[str, Sentence]
    sources: Mapping[str, Text]

    def bring(self, key: str, group: str) -> Text | None:
        """What a client can bring about a reason; None for an unknown key or group."""
        if key in self.by_key:
            return self.by_key[key].bring
        return self.groups[group].bring if group in self.groups else None

    def source(self, group: str) -> Text | None:
        """Where the facts of a group come from; None for an unknown group."""
        return self.groups[group].source if group in self.groups else None


@cache
def dictionary(edition: int = EDITION) -> Dictionary:
    """Return the dictionary as that edition selects by it: the third or a later one."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    bring = {name: Text(**words) for name, words in content["bring"].items()}
    source = {name: Text(**words) for name, words in content["source"].items()}
    sentences = [_sentence(entry, bring, edition) for entry in content["sentence"]]
    by_feature: dict[str, tuple[Sentence, ...]] = {}
    for sentence in sentences:
        for feature in sentence.features:
            by_feature[feature] = (*by_feature.get(feature, ()), sentence)
    return Dictionary(
        sentences=by_feature,
        groups={
            group: GroupTitle(Text(words["en"], words["fr"]), bring[words["bring"]], source[words["source"]])
            for group, words in content["group"].items()
        },
        by_key={sentence.key: sentence for sentence in sentences},
        sources=source,
    )


def dictionary_version() -> str:
    """Return edition and digest: a changed sentence or form of numbers changes the version by itself."""
    return _version(settings.AMOUNT_SCALE)


@cache
def _version(scale: float) -> str:
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in _SOURCES))
    if scale != 1:
        digest.update(str(scale).encode())
    return f"{EDITION}.{digest.hexdigest()[:8]}"


def version_of(reasons: Sequence[Reason]) -> str:
    """Return the version that worded stored reasons; today's where there are none."""
    return reasons[0].version if reasons else dictionary_version()


def _sentence(entry: Mapping[str, Any], bring: Mapping[str, Text], edition: int) -> Sentence:
    return Sentence(
        key=entry["key"],
        features=_features(entry, edition),
        side=Side(entry["side"]),
        text=Text(entry["en"], entry["fr"]),
        bring=bring[entry["bring"]],
        shown=_shown(entry),
        against=entry["pushes"] == "against",
        at_least=entry.get("at_least", float("-inf")),
        at_most=_at_most(entry, edition),
        forms=tuple(
            Form(form["of"], Text(form["en"], form["fr"]), _shown({**entry, **form}))
            for form in entry.get("forms", ())
        ),
    )


def _at_most(entry: Mapping[str, Any], edition: int) -> float:
    is_bounded = "at_most" in entry and edition >= entry.get("bounded_since", SIXTH_EDITION)
    return float(entry["at_most"]) if is_bounded else float("inf")


def _shown(entry: Mapping[str, Any]) -> Callable[[float], str] | None:
    shown = entry.get("shown", "nothing")
    return None if shown == "category" else getattr(values, shown)


def _features(entry: Mapping[str, Any], edition: int) -> tuple[str, ...]:
    """The features that a sentence is about in an edition; none where the edition does not tell it."""
    if not entry.get("since", THIRD_EDITION) <= edition <= entry.get("until", EDITION):
        return ()
    further = () if edition == THIRD_EDITION else entry.get("further", ())
    return (*entry["features"], *further)
