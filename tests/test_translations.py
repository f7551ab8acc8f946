"""French catalogue: complete, compiled, and safe to display."""

import re
from datetime import date
from shutil import copytree, ignore_patterns

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_AP, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format

ROOT = settings.BASE_DIR
FRENCH = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
SOURCES = ("accounts", "creditdesk", "scoring", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)[-+.\d]*[sdf]|%%|%[sd]|\{\w*\}")
NOT_TEXT = re.compile(
    r"{% (?:blocktranslate|comment|block body_class).*?{% end(?:blocktranslate|comment|block).*?%}"
    r"|{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->|<code>.*?</code>",
    re.DOTALL,
)
# Names, keys and the two languages, each named in itself.
KEYS = {"a", "d", "f", "j", "k", "n", "p", "r", "y", "Ctrl", "K"}
SAME_EVERYWHERE = KEYS | {"creditdesk", "AUC", "PSI", "FR", "Français", "EN", "English"}
IN_BOTH_LANGUAGES = {"400.html", "500.html", "_plain_error.html"}


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(FRENCH))


def names(catalogue: polib.POFile) -> set[tuple[str, str, str]]:
    """Return the identity of each entry: context, singular, plural."""
    return {(entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in catalogue}


def texts(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Return each original with its translation."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    originals = (entry.msgid, entry.msgid_plural)
    return [(originals[form > 0], french) for form, french in entry.msgstr_plural.items()]


def test_every_text_is_translated(catalogue):
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


def test_the_catalogue_holds_exactly_the_texts_of_the_desk(catalogue, monkeypatch, settings, tmp_path):
    for folder in SOURCES:
        copytree(ROOT / folder, tmp_path / folder, ignore=ignore_patterns("__pycache__", "migrations"))
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    call_command("makemessages", locale=["fr"], keep_pot=True, verbosity=0)
    assert names(polib.pofile(str(tmp_path / "locale" / "django.pot"))) == names(catalogue)


def test_no_text_of_the_desk_renames_a_month_or_a_day():
    """An entry that the calendar has too would be taken for it: "May" once was an API key's right."""
    with translation.override("fr"):
        assert [date_format(date(2026, 5, 1), shape) for shape in ("F", "N")] == ["mai", "mai"]
    own = {entry.msgid for entry in polib.pofile(str(FRENCH)) if not entry.msgctxt}
    names = {
        *MONTHS.values(),
        *MONTHS_3.values(),
        *MONTHS_AP.values(),
        *WEEKDAYS.values(),
        *WEEKDAYS_ABBR.values(),
    }
    with translation.override("en"):
        assert not own & set(map(str, names))


def test_the_compiled_catalogue_equals_its_source(catalogue):
    compiled = polib.mofile(str(FRENCH.with_suffix(".mo")))
    compiled_texts, written_texts = (
        {text for entry in file for text in texts(entry)} for file in (compiled, catalogue)
    )
    assert names(compiled) == names(catalogue)
    assert compiled_texts == written_texts


def test_placeholders_survive_translation(catalogue):
    for entry in catalogue:
        for original, french in texts(entry):
            assert sorted(PLACEHOLDER.findall(french)) == sorted(PLACEHOLDER.findall(original)), entry.msgid


def test_french_punctuation_never_starts_a_line(catalogue):
    breaking = re.compile(r" [:;?!»%]|« |'")
    french = [text for entry in catalogue for _, text in texts(entry)]
    assert [text for text in french if breaking.search(PLACEHOLDER.sub("", text))] == []


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_no_template_holds_text_outside_the_catalogue(path):
    if path.name not in IN_BOTH_LANGUAGES:
        assert words_outside_the_catalogue(path.read_text(encoding="utf-8")) <= SAME_EVERYWHERE


def words_outside_the_catalogue(template: str) -> set[str]:
    markup = NOT_TEXT.sub("", template)
    attributes = re.findall(r"""(?:aria-label|alt|title|placeholder)=["']([^"']*)["']""", markup)
    text = re.sub(r"<[^>]*>", " ", markup)
    return set(re.findall(r"[^\W\d_]+", " ".join([text, *attributes])))


def test_a_french_browser_reads_the_case_page_in_french(client_as, case_of, model_in_use):
    case = case_of("advisor")
    page = (
        client_as("advisor").get(case.get_absolute_url(), headers={"Accept-Language": "fr"}).content.decode()
    )
    assert all(text in page for text in ("Recommandation du modèle", "Probabilité de défaut", "Accepter"))
    assert "Recommendation of the model" not in page
