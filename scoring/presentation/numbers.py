"""Numbers in the reader's form, for the sentences beside the figures."""

from django.utils.translation import get_language

from scoring.ml.tables.schema import Text

MINUS = "−"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_FRENCH = str.maketrans({",": NARROW_SPACE, ".": ","})


def number(value: float, decimals: int = 0) -> str:
    """1234.5 -> 1,234.5 in English, 1 234,5 in French."""
    written = f"{abs(value):,.{decimals}f}"
    sign = MINUS if value < 0 else ""
    return sign + (written.translate(_FRENCH) if _reads_french() else written)


def percent(value: float, decimals: int = 1) -> str:
    return f"{number(value * 100, decimals)}{NARROW_SPACE if _reads_french() else ''}%"


def signed(value: float, decimals: int = 4) -> str:
    return f"+{number(value, decimals)}" if value > 0 else number(value, decimals)


def localize(text: Text) -> str:
    """The words in the reader's language."""
    return text.fr if _reads_french() else text.en


def _reads_french() -> bool:
    return (get_language() or "").startswith("fr")
