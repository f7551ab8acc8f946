"""Whoever has no account any more changes no policy, though their request began before it was closed."""

import pytest
from django.core.exceptions import PermissionDenied

from creditdesk.services.policy import propose_policy, publish_policy, reject_policy, withdraw_policy
from scoring.models import Policy
from tests.creditdesk.policies import WHY, YES, proposed, terms

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("act", [propose_policy, publish_policy, reject_policy, withdraw_policy])
def test_a_person_whose_account_was_closed_meanwhile_changes_no_policy(person, act):
    policy = proposed(person("manager"))
    by = person("admin" if act in {publish_policy, reject_policy} else "manager")
    type(by).objects.filter(pk=by.pk).update(is_active=False)
    given = {"policy": policy, "reason": YES}
    if act is withdraw_policy:
        given = {"policy": policy}
    if act is propose_policy:
        given = {"terms": terms(refuse_from=0.3), "based_on": None, "reason": WHY}
    with pytest.raises(PermissionDenied):
        act(by=by, **given)
    assert [row.status for row in Policy.objects.all()] == ["proposed"]
