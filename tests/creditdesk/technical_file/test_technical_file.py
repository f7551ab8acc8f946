"""`manage.py technical_file V`: Annex IV and Article 27, every figure with its source, gaps by name."""

import hashlib
import re
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.technical_file.document import DOCUMENTS, FOLDER, LANGUAGES
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model import json_codec
from scoring.ml.model.manifest_fair_search import FairCandidate, FairSearch
from tests.creditdesk.policies import BAND
from tests.factories import assessed, decided
from tests.scoring.modelfolder import tiny_model
from tests.scoring.validation_sections import validation_sections

pytestmark = pytest.mark.django_db
FILES = [f"{document}.{language}.md" for document in DOCUMENTS for language in LANGUAGES]
CITED = re.compile(r"\[(model\.json|audit log) ([0-9a-f]{12})\]")

ZERO = Estimate(0.0, 0.0, 0.0)
# Of a search with one alternative, which a person chose.
SEARCH = FairSearch(
    clients=4_000,
    resamples=200,
    candidates=tuple(
        FairCandidate(
            code=code,
            uses_age=True,
            proxies={},
            dropped=(),
            params={},
            threshold=0.09,
            cost=ZERO,
            cost_change=ZERO,
            gaps={"age_band": ZERO},
            gap_changes={"age_band": ZERO},
            front=(),
        )
        for code in ("c0", "c1")
    ),
    chosen="c1",
    reason="A smaller gap,\nat the same cost.",
    age_reason="Note 12 of the board",
)


@pytest.fixture(scope="module")
def versions(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("versions")
    tiny_model(path, name="whole", refer_band=json_codec.encode(BAND), **validation_sections())
    tiny_model(path, name="bandless", **validation_sections())
    tiny_model(path, name="unchecked")
    tiny_model(path, name="chosen", fair_search=json_codec.encode(SEARCH), **validation_sections())
    return path


@pytest.fixture
def technical_file(settings, versions, tmp_path):
    settings.ML_ARTIFACTS = versions

    def run(version: str = "whole", **options: object) -> tuple[dict[str, str], str]:
        printed = StringIO()
        call_command("technical_file", version, out=tmp_path / "out", stdout=printed, **options)
        texts = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
        return texts, printed.getvalue()

    return run


@pytest.fixture
def in_use(settings, versions, case_of, db):
    from scoring import services as scoring_services

    settings.ML_ARTIFACTS = versions
    version = scoring_services.register(name="whole", by=None)
    scoring_services.activate(version=version, by=None, reason="")
    return version


def headings(text: str) -> list[str]:
    return re.findall(r"^## ([0-9a-f])\. ", text, flags=re.MULTILINE)


def test_annex_iv_has_its_nine_sections_and_the_assessment_its_six_in_both_languages(technical_file):
    texts, _ = technical_file()
    assert sorted(texts) == sorted(FILES)
    for language in LANGUAGES:
        assert headings(texts[f"annex-iv.{language}.md"]) == list("123456789")
        assert headings(texts[f"fria.{language}.md"]) == list("abcdef")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_both_languages_say_the_same_with_the_same_figures(document):
    content = tomllib.loads((FOLDER / f"{document}.toml").read_text(encoding="utf-8"))
    for section in content["section"]:
        unmeasured = [sentence["without"] for sentence in section["sentence"] if "without" in sentence]
        for entry in [*section["sentence"], *unmeasured, *section.get("gap", ())]:
            assert entry["en"].strip()
            assert entry["fr"].strip()
            placeholders = [sorted(re.findall(r"{(\w+)}", entry[language])) for language in LANGUAGES]
            assert placeholders[0] == placeholders[1]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_sentence_holds_a_number_of_its_own(document):
    content = tomllib.loads((FOLDER / f"{document}.toml").read_text(encoding="utf-8"))
    for section in content["section"]:
        for sentence in section["sentence"]:
            for language in LANGUAGES:
                assert not re.search(r"\d", re.sub(r"{\w+}", "", sentence[language]))


def test_every_figure_has_the_digest_of_its_source(technical_file, versions, in_use, case_of):
    decided(assessed(case_of("advisor"), 0.3, "refuse"), "refuse")
    texts, _ = technical_file()
    content = (versions / "whole" / "model.json").read_bytes()
    head = AuditEvent.objects.latest("sequence")
    expected = {"model.json": hashlib.sha256(content).hexdigest(), "audit log": head.own_hash}
    for text in texts.values():
        cited = dict(CITED.findall(text))
        assert set(cited) == set(expected)
        for source, digits in cited.items():
            assert expected[source].startswith(digits)
            assert f"{source}: `{expected[source]}`" in text


def test_figures_of_use_are_counted_in_the_database(technical_file, in_use, case_of, person):
    case = case_of("advisor")
    assessment = services.assess(case=case, by=person("advisor"))
    services.decide(case=case, assessment=assessment, outcome=assessment.verdict, by=person("advisor"))
    texts, _ = technical_file()
    counted = r"So far 1 \[audit log \w+\] assessments .* 1 \[audit log \w+\] of them"
    assert re.search(counted, texts["fria.en.md"])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_guarantee_of_the_proposed_band_is_stated_with_its_share_where_there_is_one(
    technical_file, document, settings, versions
):
    texts, _ = technical_file()
    english, french = (CITED.sub("", texts[f"{document}.{language}.md"]) for language in LANGUAGES)
    assert "From 6.2%  to 10.5%  the version proposes that a person looks first" in english
    assert "at most 4.0%  default, with a confidence of 99.9%" in english
    assert "refers at most 15%  of the clients, out of fold 14.9%" in english
    assert "au plus 15\u00a0%  des clients" in french.replace("\u202f", "\u00a0")
    texts, _ = technical_file("bandless")
    assert "proposes that a person looks first" not in texts[f"{document}.en.md"]
    assert "No band of referral is proposed: `manage.py train --accept-limit" in texts[f"{document}.en.md"]
    assert "Aucune zone de renvoi à une personne n’est proposée" in texts[f"{document}.fr.md"]


def test_what_was_not_measured_stands_beside_the_command_that_measures_it(technical_file):
    texts, _ = technical_file("bandless")
    unmeasured = "Less discriminatory alternatives were not measured: `manage.py train --fair-search N`"
    assert unmeasured in texts["annex-iv.en.md"]
    assert "n’ont pas été mesurées" in texts["annex-iv.fr.md"]


def test_the_alternative_that_a_person_chose_stands_there_with_the_reason(technical_file):
    texts, _ = technical_file("chosen")
    english, french = (CITED.sub("", texts[f"annex-iv.{language}.md"]) for language in LANGUAGES)
    assert (
        "A person chose alternative c1 ; the reason on record: A smaller gap, at the same cost ." in english
    )
    assert "The age of the client may be read; the reason on record: Note 12 of the board ." in english
    assert "Une personne a retenu l’alternative c1" in french
    texts, _ = technical_file("bandless")
    assert "on record" not in texts["annex-iv.en.md"]


def test_the_same_evidence_gives_the_same_bytes_and_leaves_no_trace(technical_file, in_use):
    events = AuditEvent.objects.count()
    first, _ = technical_file()
    second, _ = technical_file()
    assert first == second
    assert AuditEvent.objects.count() == events


def test_another_version_of_the_same_name_gives_other_digests(technical_file, versions, tmp_path, settings):
    before, _ = technical_file()
    settings.ML_ARTIFACTS = tmp_path / "other"
    tiny_model(settings.ML_ARTIFACTS, name="whole", **validation_sections(), threshold=0.2)
    call_command("technical_file", "whole", out=tmp_path / "again", stdout=StringIO())
    after = (tmp_path / "again" / "annex-iv.en.md").read_text(encoding="utf-8")
    digests = [dict(CITED.findall(text))["model.json"] for text in (before["annex-iv.en.md"], after)]
    assert digests[0] != digests[1]
    assert "20.00%" in after


def test_an_empty_mandatory_section_fails_and_writes_nothing(technical_file, tmp_path):
    with pytest.raises(
        CommandError, match=r"section 5 is empty\. .* `manage.py train` runs them\.$"
    ) as failed:
        technical_file("unchecked")
    assert failed.value.returncode == 1
    assert not (tmp_path / "out").exists()


def test_gaps_are_printed_by_name_and_a_text_of_the_organisation_closes_one(technical_file, tmp_path):
    texts, printed = technical_file()
    for key in ("provider", "declaration", "monitoring-plan", "governance"):
        assert f"({key}.en.md, .fr.md)" in printed
    assert "figures of use" in printed
    assert "*Missing: a copy of the declaration* (`declaration`)" in texts["annex-iv.en.md"]
    supplement = tmp_path / "supplement"
    supplement.mkdir()
    for language, words in (("en", "Signed in Paris."), ("fr", "Signée à Paris.")):
        (supplement / f"declaration.{language}.md").write_text(words, encoding="utf-8")
    texts, printed = technical_file(supplement=supplement)
    assert "declaration.en.md" not in printed
    assert "Signed in Paris." in texts["annex-iv.en.md"]
    assert "Signée à Paris." in texts["annex-iv.fr.md"]
    assert "a copy of the declaration" not in texts["annex-iv.en.md"]


def test_conformity_is_never_claimed(technical_file):
    texts, _ = technical_file()
    allowed = (
        "It claims conformity with nothing",
        "n’affirme aucune conformité",
        "EU declaration of conformity",
        "Déclaration UE de conformité",
    )
    for text in texts.values():
        for words in allowed:
            text = text.replace(words, "")
        assert not re.search(r"compl(y|ies|iant|iance)|conform", text, flags=re.IGNORECASE)


@pytest.mark.parametrize("version", ["none", "../whole/../nothing"])
def test_a_version_that_is_not_there_is_named(technical_file, version, tmp_path):
    with pytest.raises(CommandError, match="Nothing was written"):
        technical_file(version)
    assert not (tmp_path / "out").exists()
