"""How phrases are put together in English and French, so that every aggregate has its words.

French nouns come with their article ("la dette") and, where an adjective does not simply follow, with a
hole for it ("le montant {} du crédit").
"""

from enum import IntEnum

from scoring.ml.tables.schema import Text


class Form(IntEnum):
    """Gender and number of a French noun: which form of an adjective agrees with it."""

    M = 0
    F = 1
    MP = 2
    FP = 3


Adjective = tuple[str, str, str, str]

TOTAL: Adjective = ("total", "totale", "totaux", "totales")
AVERAGE: Adjective = ("moyen", "moyenne", "moyens", "moyennes")
HIGHEST: Adjective = ("maximal", "maximale", "maximaux", "maximales")
LOWEST: Adjective = ("minimal", "minimale", "minimaux", "minimales")
MOST_RECENT: Adjective = ("le plus récent", "la plus récente", "les plus récents", "les plus récentes")
OLDEST: Adjective = ("le plus ancien", "la plus ancienne", "les plus anciens", "les plus anciennes")
LATEST: Adjective = ("le plus tardif", "la plus tardive", "les plus tardifs", "les plus tardives")
EARLIEST: Adjective = ("le plus précoce", "la plus précoce", "les plus précoces", "les plus précoces")

ARTICLES = ("les ", "le ", "la ", "l’")
CONTRACTED = {"les ": "des ", "le ": "du ", "la ": "de la ", "l’": "de l’"}
CONTRACTED_TO = {"les ": "aux ", "le ": "au ", "la ": "à la ", "l’": "à l’"}
VOWELS = tuple("aeiouyhéèêâîôœ")


def article_of(noun: str) -> str:
    """The article at the head of a French noun phrase, empty when it has none."""
    return next((article for article in ARTICLES if noun.startswith(article)), "")


def bare(noun: str) -> str:
    """A French noun phrase without its article: "les crédits" -> "crédits"."""
    return noun.removeprefix(article_of(noun))


def de(noun: str) -> str:
    """A French noun phrase after "de": "les crédits" -> "des crédits", "échéances" -> "d’échéances"."""
    article = article_of(noun)
    if article:
        return CONTRACTED[article] + noun.removeprefix(article)
    return f"d’{noun}" if noun.startswith(VOWELS) else f"de {noun}"


def to(noun: str) -> str:
    """A French noun phrase with an article after "à": "les crédits" -> "aux crédits"."""
    article = article_of(noun)
    return CONTRACTED_TO[article] + noun.removeprefix(article)


def qualified(noun: str, adjective: str) -> str:
    """A French noun phrase with its adjective put in the hole, or at the end when it has none."""
    return (noun if "{}" in noun else f"{noun} {{}}").format(adjective)


def plain(noun: str) -> str:
    """A French noun phrase with its hole closed."""
    return noun.replace(" {}", "")


def linked(preposition: Text, rows: Text) -> Text:
    """The rows an aggregate is over, after their preposition: "on active loans", "sur les crédits actifs"."""
    french = de(rows.fr) if preposition.fr == "de" else f"{preposition.fr} {rows.fr}"
    return Text(en=f"{preposition.en} {rows.en}", fr=french)
