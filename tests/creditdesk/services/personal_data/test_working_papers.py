"""Drafts that name a client go with the client; a restored copy keeps none that may name an erased one."""

import pytest
from django.test import TestCase

from accounts.audit import Action
from accounts.models import AuditEvent
from creditdesk.models import Case, DataKey, Draft
from creditdesk.services.personal_data.erased_again import settle_restored
from creditdesk.services.personal_data.erasure import delete_keys, erase_client, plan_erasure
from tests.creditdesk.services.personal_data.test_erasure import stored_content

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(case_of) -> Case:
    return case_of("advisor", name="Zoé Lefèvre-Kowalczyk")


def draft(person, who: str, **answers: str) -> Draft:
    return Draft.objects.create(by=person(who), answers=answers)


@pytest.mark.parametrize(
    "answers",
    [
        {"client_name": "Zoé Lefèvre-Kowalczyk"},
        {"client_name": "KOWALCZYK LEFEVRE, zoe (again)"},
        {"client_name": "", "ORGANIZATION_TYPE": "zoé lefèvre kowalczyk"},
    ],
)
def test_a_colleague_s_draft_that_names_the_client_goes_with_the_client(case, person, answers):
    about, other = (
        draft(person, "colleague", **answers),
        draft(person, "colleague", client_name="Zoé Lefèvre"),
    )
    people = {"by": person("manager"), "approved_by": person("admin")}
    assert plan_erasure(case.client, **people).rows["drafts"] == 1
    proof = erase_client(client=case.client, **people)
    assert list(Draft.objects.all()) == [other]
    assert not DataKey.objects.filter(draft=about.pk).exists()
    assert proof.plan.rows["drafts"] == 1
    assert AuditEvent.objects.get(action=Action.CLIENT_ERASED).details["erased"]["drafts"] == 1


def test_what_retention_erases_takes_its_drafts_along(case, person):
    draft(person, "colleague", client_name="zoe lefevre kowalczyk")
    delete_keys([case.client_id])
    assert not Draft.objects.exists()


def test_a_client_without_a_name_takes_no_draft_along(case_of, person):
    nameless = case_of("advisor", name="")
    stays = draft(person, "advisor", client_name="Lise Montbrun")
    delete_keys([nameless.client_id])
    assert list(Draft.objects.all()) == [stays]


def test_a_restored_copy_older_than_an_erasure_keeps_no_draft(case, person):
    draft(person, "colleague", client_name="Somebody who was opened, and erased, after the backup")
    with TestCase.captureOnCommitCallbacks(execute=True):
        again = settle_restored([17])
    assert (again.keys, again.working_papers) == (0, 1)
    assert not Draft.objects.exists()
    assert "somebody" not in stored_content().casefold()
    assert AuditEvent.objects.get(action=Action.RETENTION).details["drafts"] == 1


def test_a_restored_copy_that_knows_every_erasure_keeps_its_drafts(case, person):
    delete_keys([case.client_id])
    number = case.client.erasure.key_number
    stays = draft(person, "colleague", client_name="Lise Montbrun")
    assert not settle_restored([number])
    assert list(Draft.objects.all()) == [stays]
