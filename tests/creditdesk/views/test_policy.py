"""Policy pages: two people publish a policy through them, and what they show is what is stored."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import User
from creditdesk import services
from creditdesk.models import Assessment, Case
from scoring import engine
from scoring.models import Policy
from tests.creditdesk.policies import BAND, WHY, YES, proposed, published
from tests.factories import newer_assessment
from tests.html import case_page, plain_text

pytestmark = pytest.mark.django_db

TERMS = {
    "cost_ratio": "12.5",
    "threshold_rule": "chosen",
    "threshold": "8.25",
    "band_below": "1",
    "band_above": "2.5",
    "second_person_above": "250,000",
}


def test_two_people_publish_a_policy_through_the_pages(client_as, model_in_use, person):
    manager, admin = client_as("manager"), client_as("admin")
    answer = manager.post(reverse("policy_propose"), {**TERMS, "based_on": "", "reason": WHY})
    policy = Policy.objects.get()
    assert answer.url == reverse("policy_detail", args=[policy.pk])
    assert (policy.cost_fn, policy.cost_fp) == (12.5, 1.0)
    assert policy.second_person_above == Decimal(250_000)
    assert (policy.accept_below, policy.refuse_from) == pytest.approx((0.0725, 0.1075), abs=1e-12)
    assert (policy.threshold_rule, policy.model_version) == ("chosen", "tiny-1")
    address = reverse("policy_answer", args=[policy.pk])
    assert manager.post(address, {"answer": "publish", "reason": YES}).status_code == 409
    assert admin.post(address, {"answer": "publish", "reason": YES}).status_code == 302
    stored = Policy.objects.get(pk=policy.pk)
    assert (stored.status, stored.version, stored.answered_by) == ("published", 1, person("admin"))
    assert "Policy 1, in force since" in plain_text(manager.get(reverse("policy_list")).content.decode())


def test_who_answers_a_proposal_reads_each_value_that_it_replaces(client_as, model_in_use, person):
    published(person("manager"), person("admin"))
    proposal = proposed(person("manager"), accept_below=0.0625, affordability_rule="fr-1")
    User.objects.filter(username="manager").update(first_name="Claire", last_name="Fontaine")
    page = client_as("admin").get(reverse("policy_detail", args=[proposal.pk]))
    changed = [(line.value, line.before) for line in page.context["lines"] if line.before]
    assert changed[0] == ("6.25%", "5.00%")
    assert [before for _, before in changed] == ["5.00%", "5.00% – 20.00%", "none"]
    html = page.content.decode()
    assert html.count("data-term-before") == 3
    assert "6.25% before: 5.00%" in plain_text(html)
    assert "by Claire Fontaine" in plain_text(html)


def test_moving_a_slider_stores_nothing(client_as, model_in_use):
    answer = client_as("manager").get(reverse("policy_desk"), TERMS, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert 'data-accept-below="0.0725"' in answer.content.decode()
    assert not Policy.objects.exists()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_slider_reaches_as_far_in_every_language(client_as, model_in_use, settings, language):
    """A browser takes "0,5" for no step and "40000,0" for no end: such a slider stops at a hundred."""
    settings.AMOUNT_SCALE = 0.02
    page = client_as("manager").get(reverse("policy_desk"), headers={"Accept-Language": language})
    sliders = re.findall(r'min="([^"]*)" max="([^"]*)"\s+step="([^"]*)"', page.content.decode())
    shown = [tuple(map(float, ends)) for ends in sliders]
    assert len(shown) == 5
    assert shown[0] == (1.0, 40.0, 0.5)
    assert shown[-1] == (0.0, 40_000.0, 200.0)


def test_the_desk_starts_from_what_is_in_force_to_the_last_digit(client_as, model_in_use, person):
    page = client_as("manager").get(reverse("policy_desk")).context["page"]
    assert page.terms.refuse_from == page.terms.accept_below == engine.current().threshold
    policy = published(person("manager"), person("admin"), accept_below=0.0625, refuse_from=0.1875)
    page = client_as("manager").get(reverse("policy_desk")).context["page"]
    assert page.terms.accept_below == pytest.approx(policy.accept_below, abs=1e-9)
    assert page.terms.refuse_from == pytest.approx(policy.refuse_from, abs=1e-9)
    assert page.terms.second_person_above == policy.second_person_above


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cost_ratio", "0"),
        ("cost_ratio", "ten"),
        ("threshold", "101"),
        ("band_above", "-1"),
        ("second_person_above", ""),
        ("threshold_rule", "half_way"),
        ("threshold_rule", "guess"),
    ],
)
def test_terms_that_do_not_work_are_named_and_not_proposed(client_as, model_in_use, name, value):
    manager = client_as("manager")
    shown = manager.get(reverse("policy_desk"), {**TERMS, name: value})
    assert shown.status_code == 422
    assert "Nothing is compared" in plain_text(shown.content.decode())
    answer = manager.post(reverse("policy_propose"), {**TERMS, name: value, "based_on": "", "reason": WHY})
    assert answer.status_code == 422
    assert not Policy.objects.exists()


def test_a_band_for_everybody_is_proposed_once_it_is_confirmed(client_as, model_in_use):
    everybody = {**TERMS, "threshold": "50", "band_below": "50", "band_above": "50", "based_on": ""}
    manager = client_as("manager")
    refused = manager.post(reverse("policy_propose"), {**everybody, "reason": WHY})
    assert refused.status_code == 409
    assert "refers every case" in plain_text(refused.content.decode())
    assert 'name="refers_everybody"' in refused.content.decode()
    manager.post(reverse("policy_propose"), {**everybody, "reason": WHY, "refers_everybody": "on"})
    assert Policy.objects.get().refers_everybody


def test_who_compared_with_an_outdated_policy_reads_so_and_keeps_the_terms(client_as, model_in_use, person):
    published(person("manager"), person("admin"))
    answer = client_as("manager").post(reverse("policy_propose"), {**TERMS, "based_on": "", "reason": WHY})
    assert answer.status_code == 409
    assert "Policy 1 has come into force meanwhile" in plain_text(answer.content.decode())
    page = answer.context["page"]
    assert page.terms.refuse_from == pytest.approx(0.1075)
    assert Policy.objects.count() == 1
    # The page compares with policy 1 now: what it offers is sent as it is.
    shown = {name: page.proposal[name].value() for name in ("based_on", "reason")}
    assert client_as("manager").post(reverse("policy_propose"), {**TERMS, **shown}).status_code == 302
    assert Policy.objects.latest("pk").based_on == Policy.objects.get(version=1)


def test_an_outdated_proposal_says_so_on_its_page(client_as, model_in_use, person):
    early = proposed(person("manager"), refuse_from=0.3)
    published(person("manager"), person("admin"))
    page = client_as("admin").get(reverse("policy_detail", args=[early.pk]))
    assert "data-outdated" in page.content.decode()


def test_the_case_page_and_the_snapshot_name_the_policy_of_the_verdict(
    client_as, model_in_use, case_of, person
):
    case = case_of("advisor")
    policy = published(person("manager"), person("admin"), accept_below=0.001, refuse_from=0.999)
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    stored = Assessment.objects.get(case=case)
    assert stored.verdict == "refer"
    assert 'data-verdict="refer"' in page
    assert "data-referred-by-policy" in page
    assert f'data-policy="{policy.version}"' in page
    assert f'data-threshold="{policy.refuse_from}"' in page
    snapshot = client_as("advisor").get(reverse("case_past", args=[case.reference, stored.pk]))
    assert f'data-policy="{policy.version}"' in snapshot.content.decode()


@pytest.mark.parametrize(
    ("language", "housing", "of_budget", "words"),
    [
        ("en", None, "charges, members", "afford it is not known either. Enter the charges"),
        ("fr", 150_000.0, "debt_ratio", "Le budget du client dépasse lui aussi une limite."),
    ],
)
def test_a_verdict_to_refer_says_both_that_it_lies_in_the_band_and_what_is_wrong_with_the_budget(
    client_as, model_in_use, case_of, person, language, housing, of_budget, words
):
    case = case_of("advisor", application={"AMT_INCOME_TOTAL": 200_000.0, "AMT_ANNUITY": 20_000.0})
    published(
        person("manager"),
        person("admin"),
        accept_below=0.001,
        refuse_from=0.999,
        affordability_rule="fr-1",
    )
    if housing:
        charges = services.ChargesDeclaration(housing=housing, loans=0.0, other=0.0, members=1)
        services.declare_charges(case=case, declaration=charges, by=person("advisor"))
    else:
        services.assess(case=case, by=person("advisor"))
    stored = Assessment.objects.latest("pk")
    band = "policy 1 refers from 0.001 to 0.999"
    assert (stored.verdict, stored.refer_reason.split(": ")[0]) == ("refer", f"{band}; affordability fr-1")
    assert of_budget in stored.refer_reason
    # As an earlier release stored it.
    newer_assessment(stored, refer_reason=band)
    for _ in range(2):
        page = case_page(client_as("advisor"), case, **{"Accept-Language": language})
        parts = page.split("<p data-referred-by-")[1:]
        sentences = [plain_text(f"<{part.split('</p>')[0]}") for part in parts]
        assert len(sentences) == 2
        assert sentences[1].endswith(words)
        assert max(map(len, sentences)) <= 110
        Case.objects.filter(pk=case.pk).update(latest_assessment=stored)


def test_the_page_says_that_the_policy_changed_since(client_as, model_in_use, case_of, person):
    case = case_of("advisor")
    services.assess(case=case, by=person("advisor"))
    published(person("manager"), person("admin"))
    page = plain_text(client_as("auditor").get(case.get_absolute_url()).content.decode())
    assert "model, policy or data changed since" in page


def test_the_page_about_the_model_tells_the_band_in_force(client_as, model_in_use, person):
    published(person("manager"), person("admin"), accept_below=0.05, refuse_from=0.2)
    text = plain_text(client_as("advisor").get(reverse("about_model")).content.decode())
    assert "From a probability of 20.0% on" in text
    assert "From 5.0% to 20.0% a person must look." in text


@pytest.fixture
def proposes_band(model_in_use):
    """The model in use proposes a band."""
    model = engine.current()
    object.__setattr__(model, "manifest", replace(model.manifest, refer_band=BAND))


def test_the_band_that_keeps_a_limit_is_offered_and_proposed_as_it_was_measured(client_as, proposes_band):
    manager = client_as("manager")
    page = manager.get(reverse("policy_desk"), TERMS).content.decode()
    assert 'data-proposed-band="0.062 0.105"' in page
    assert "at most 4.0% default, with a confidence of 99.9%" in plain_text(page)
    terms = {**TERMS, "threshold_rule": "risk_control"}
    manager.post(reverse("policy_propose"), {**terms, "based_on": "", "reason": WHY})
    policy = Policy.objects.get()
    assert (policy.accept_below, policy.refuse_from) == (0.062, 0.105)
    assert (policy.threshold_rule, policy.model_version) == ("risk_control", "tiny-1")


@pytest.mark.parametrize("moved", [{"accept_below": 0.063}, {"refuse_from": 0.1}])
def test_moved_thresholds_are_not_proposed_under_the_name_of_the_band(proposes_band, person, moved):
    band = {"accept_below": 0.062, "refuse_from": 0.105, "threshold_rule": "risk_control"}
    with pytest.raises(services.ActRefused, match="not those of the rule"):
        proposed(person("manager"), **band | moved)
    assert proposed(person("manager"), **band).accept_below == 0.062


def test_a_version_without_a_band_offers_none(client_as, model_in_use, person):
    manager, terms = client_as("manager"), {**TERMS, "threshold_rule": "risk_control"}
    page = manager.get(reverse("policy_desk"), terms).content.decode()
    assert "data-proposed-band" not in page
    assert "proposes no band" in page
    with pytest.raises(services.ActRefused, match="proposes no band"):
        proposed(person("manager"), threshold_rule="risk_control")


def test_an_address_of_the_desk_means_the_same_in_both_languages(client_as, proposes_band):
    """ "250,000" is two hundred and fifty in French: an address that says so would move the limit unseen."""
    manager = client_as("manager")
    english = manager.get(reverse("policy_desk"), TERMS).context["page"]
    for address in (f"{reverse('policy_desk')}?{english.query}", english.band.address):
        french = manager.get(address, headers={"Accept-Language": "fr"}).context["page"]
        assert french.terms.second_person_above == english.terms.second_person_above == 250_000
        assert french.terms.costs == english.terms.costs
    assert french.terms.thresholds == (0.062, 0.105)


def test_thresholds_of_a_rule_are_not_put_in_force_for_another_version(proposes_band, person):
    band = {"accept_below": 0.062, "refuse_from": 0.105, "threshold_rule": "risk_control"}
    by_rule, by_hand = proposed(person("manager"), **band), proposed(person("manager"))
    model = engine.in_use()
    object.__setattr__(model, "manifest", replace(model.manifest, name="tiny-2"))
    with pytest.raises(services.ActRefused, match="of version tiny-1, which is not in use"):
        services.publish_policy(policy=by_rule, reason=YES, by=person("admin"))
    assert Policy.objects.get(pk=by_rule.pk).status == "proposed"
    services.publish_policy(policy=by_hand, reason=YES, by=person("admin"))
    assert Policy.objects.get(pk=by_hand.pk).status == "published"
