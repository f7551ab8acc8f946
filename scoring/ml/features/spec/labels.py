"""Grammar of the labels in English and French, so that every aggregate has its label.

French nouns come with their article ("la dette") and, where an adjective does not simply follow, with a
placeholder for it ("le montant {} du crédit").
"""

from enum import IntEnum

from scoring.ml.tables.schema import Text


class Form(IntEnum):
    """Gender and number of a French noun, by which its adjective agrees."""

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
CONTRACTED_DE = {"les ": "des ", "le ": "du ", "la ": "de la ", "l’": "de l’"}
CONTRACTED_A = {"les ": "aux ", "le ": "au ", "la ": "à la ", "l’": "à l’"}
VOWELS = tuple("aeiouyhéèêâîôœ")


def article_of(noun: str) -> str:
    """Return the article of a French noun phrase, empty when it has none."""
    return next((article for article in ARTICLES if noun.startswith(article)), "")


def without_article(noun: str) -> str:
    """Remove the article of a French noun phrase: "les crédits" -> "crédits"."""
    return noun.removeprefix(article_of(noun))


def with_de(noun: str) -> str:
    """Put "de" before a French noun phrase: "les crédits" -> "des crédits", "échéances" -> "d’échéances"."""
    article = article_of(noun)
    if article:
        return CONTRACTED_DE[article] + noun.removeprefix(article)
    return f"d’{noun}" if noun.startswith(VOWELS) else f"de {noun}"


def with_a(noun: str) -> str:
    """Put "à" before a French noun phrase with an article: "les crédits" -> "aux crédits"."""
    article = article_of(noun)
    return CONTRACTED_A[article] + noun.removeprefix(article)


def with_adjective(noun: str, adjective: str) -> str:
    """Put the adjective in the placeholder of a French noun phrase, or at its end when it has none."""
    return (noun if "{}" in noun else f"{noun} {{}}").format(adjective)


def without_placeholder(noun: str) -> str:
    """Remove the placeholder of a French noun phrase."""
    return noun.replace(" {}", "")


def with_preposition(preposition: Text, rows: Text) -> Text:
    """Put the preposition before the rows of an aggregate: "on active loans", "sur les crédits actifs"."""
    french = with_de(rows.fr) if preposition.fr == "de" else f"{preposition.fr} {rows.fr}"
    return Text(en=f"{preposition.en} {rows.en}", fr=french)
