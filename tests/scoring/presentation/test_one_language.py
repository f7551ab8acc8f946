"""A list finds the language of its reader out once, and the next reader's is not confused with it."""

from django.utils import translation

from scoring.presentation import formatting
from scoring.presentation.formatting import language


@language.by_language(4)
def cached_amount(value: float) -> str:
    return formatting.money(value)


def test_a_block_asks_once_for_the_language_and_writes_in_it(monkeypatch):
    requested = []

    def active_language():
        requested.append(translation.get_language())
        return requested[-1]

    monkeypatch.setattr("scoring.presentation.formatting.language.get_language", active_language)
    for code, expected in (("fr", ["1\u202f235\u00a0€", "1\u202f235\u00a0€"]), ("en", ["€1,235", "€1,235"])):
        requested.clear()
        with translation.override(code), language.one_language():
            assert [formatting.money(1234.6), cached_amount(1234.6)] == expected
        assert requested == [code]


def test_after_a_block_the_language_is_looked_up_again():
    with translation.override("fr"):
        with language.one_language():
            assert formatting.reads_french()
        with translation.override("en"):
            assert not formatting.reads_french()
            assert cached_amount(5.0) == "€5"
