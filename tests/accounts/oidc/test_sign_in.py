"""Sign-in by the directory: a mapped group leads to its role, and nothing that does not hold leads in."""

from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.test import Client as Browser

from accounts.audit import Action
from accounts.models import AuditEvent, User
from accounts.role_requests import RoleRefused, request_role
from accounts.roles import Role
from tests.accounts.oidc.conftest import way_back
from tests.accounts.oidc.directory import LONG_AGO, OTHER_KEY
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
REFUSED = "does not let you in here"


def is_refused(browser: Browser, answer) -> bool:
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    return REFUSED in browser.get("/accounts/login/").content.decode() and not is_signed_in(browser)


def test_a_mapped_group_makes_an_account_with_its_role_and_no_password(through_directory, events):
    browser = Browser()
    assert through_directory(browser, next="/portfolio/")["Location"] == "/portfolio/"
    assert browser.get("/portfolio/").status_code == 200
    user = User.objects.get()
    assert (user.username, user.role, user.first_name, user.last_name) == (
        "grace",
        Role.MANAGER,
        "Grace",
        "Noël",
    )
    assert (user.has_usable_password(), user.is_superuser, user.is_staff) == (False, False, False)
    (added,) = events(Action.USER_ADDED)
    (given,) = events(Action.ROLE_BY_GROUP)
    assert (added.target, given.target) == ("user:grace", "user:grace")
    assert str(user.pk) in given.details["rows"]["accounts_user"]
    assert {key: given.details[key] for key in ("previous", "new", "group")} == {
        "previous": "",
        "new": "manager",
        "group": "desk-managers",
    }
    assert [event.details for event in events(Action.SIGN_IN)] == [{"with": ["directory"]}]


def test_nothing_is_kept_of_the_person_but_subject_name_and_role(through_directory):
    browser = Browser()
    through_directory(browser)
    account = SocialAccount.objects.get()
    assert (account.uid, account.extra_data, account.user.email) == ("4711", {}, "")
    assert not EmailAddress.objects.exists()
    assert not SocialToken.objects.exists()
    assert "grace@bank.example" not in str(list(AuditEvent.objects.values()))
    assert "@" not in str(dict(browser.session))


def test_tokens_are_not_readable_in_the_session(through_directory, directory):
    browser = Browser()
    through_directory(browser)
    (access,), (refresh,) = directory.access, directory.refresh
    assert access not in str(dict(browser.session))
    assert refresh not in str(dict(browser.session))


def test_the_browser_is_sent_with_state_nonce_and_challenge(directory):
    first, second = (
        parse_qs(urlsplit(Browser().post("/accounts/oidc/login/")["Location"]).query) for _ in range(2)
    )
    assert first["code_challenge_method"] == ["S256"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_what_the_address_says_changes_nothing_of_the_request(directory):
    browser = Browser()
    address = browser.post("/accounts/oidc/login/?auth_params=nonce%3Dmine&scope=admin&process=connect")[
        "Location"
    ]
    query = parse_qs(urlsplit(address).query)
    assert query["nonce"] != ["mine"]
    assert set(query["scope"][0].split()) == {"openid", "profile"}
    assert browser.get("/accounts/oidc/login/").status_code == 405


@pytest.mark.parametrize("groups", [[], ["everybody"], "everybody", None, 7])
def test_no_account_without_a_mapped_group(directory, through_directory, events, groups):
    directory.person["groups"] = groups
    browser = Browser()
    assert is_refused(browser, through_directory(browser))
    assert not User.objects.exists()
    assert [event.details for event in events(Action.SIGN_IN_FAILED)] == [{"step": "directory"}]


def test_the_first_mapped_group_counts(directory, through_directory):
    directory.person["groups"] = ["desk-managers", "desk-admins"]
    through_directory(Browser())
    assert User.objects.get().role == Role.ADMIN


def test_the_role_follows_the_group_and_ends_with_it(directory, through_directory, events):
    through_directory(Browser())
    directory.person["groups"] = ["desk-admins"]
    through_directory(Browser())
    assert User.objects.get().role == Role.ADMIN
    directory.person["groups"] = ["everybody"]
    browser = Browser()
    assert is_refused(browser, through_directory(browser))
    assert User.objects.get().role == ""
    changes = [(event.details["previous"], event.details["new"]) for event in events(Action.ROLE_BY_GROUP)]
    assert changes == [("", "manager"), ("manager", "admin"), ("admin", "")]


def test_an_account_of_that_address_or_name_is_never_taken_over(directory, through_directory):
    other = UserFactory(username="somebody", email="grace@bank.example", role=Role.ADVISOR)
    through_directory(Browser())
    assert SocialAccount.objects.get().user != other
    directory.person |= {"sub": "4712", "preferred_username": "Somebody"}
    browser = Browser()
    assert is_refused(browser, through_directory(browser))
    assert SocialAccount.objects.count() == 1


def test_the_same_subject_of_another_issuer_is_another_person(directory, through_directory, settings):
    through_directory(Browser())
    stored = SocialAccount.objects.get()
    stored.provider = "oidc-of-another-issuer"
    stored.save()
    browser = Browser()
    assert is_refused(browser, through_directory(browser))


def test_a_directory_that_a_row_of_the_database_names_is_none(settings):
    settings.OIDC_ISSUER = ""
    SocialApp.objects.create(
        provider="openid_connect", provider_id="evil", client_id="x", settings={"server_url": "http://evil"}
    )
    assert Browser().post("/accounts/oidc/login/").status_code == 404
    assert Browser().get("/accounts/oidc/callback/?code=1&state=1").status_code == 404
    assert Browser().post("/accounts/oidc/logout/").status_code == 404
    assert "/accounts/oidc/" not in Browser().get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"aud": ["creditdesk", "another-client"]},
        {"aud": ["creditdesk", "another-client"], "azp": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": LONG_AGO},
        {"nonce": "of another request"},
        {"nonce": None},
        {"sub": "4712"},
        {"exp": None},
    ],
    ids=str,
)
def test_a_token_that_was_not_made_for_this_request_opens_nothing(
    directory, through_directory, events, claims
):
    directory.claims = claims
    browser = Browser()
    assert is_refused(browser, through_directory(browser))
    assert not User.objects.exists()
    assert [event.details for event in events(Action.SIGN_IN_FAILED)] == [{"step": "directory"}]


def test_a_wrong_signature_opens_nothing(directory, through_directory):
    directory.key = OTHER_KEY
    browser = Browser()
    assert is_refused(browser, through_directory(browser))
    assert not User.objects.exists()


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_unsigned_or_symmetric_token_opens_nothing(directory, through_directory, monkeypatch, algorithm):
    def forged(claims, **kwargs) -> str:
        key = "" if algorithm == "none" else "a secret that everybody could know, as long as it may be"
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "1"})

    monkeypatch.setattr(directory, "signed", forged)
    browser = Browser()
    assert is_refused(browser, through_directory(browser))
    assert not User.objects.exists()


def test_an_answer_works_once_and_in_the_browser_of_its_request(directory):
    browser, other = Browser(), Browser()
    back = way_back(browser)
    assert is_refused(other, other.get(back))
    assert browser.get(back)["Location"] == "/"
    browser.post("/accounts/logout/")
    assert is_refused(browser, browser.get(back))
    assert is_refused(browser, browser.get(f"{back}x"))


def test_a_code_for_another_challenge_opens_nothing(directory):
    browser, other = Browser(), Browser()
    stolen = parse_qs(urlsplit(way_back(other)).query)["code"][0]
    state = parse_qs(urlsplit(way_back(browser)).query)["state"][0]
    assert is_refused(browser, browser.get(f"/accounts/oidc/callback/?code={stolen}&state={state}"))


def test_who_gives_up_at_the_directory_is_back_at_the_sign_in(directory, events):
    browser = Browser()
    state = parse_qs(urlsplit(way_back(browser)).query)["state"][0]
    answer = browser.get(f"/accounts/oidc/callback/?error=access_denied&state={state}")
    assert is_refused(browser, answer)
    assert events(Action.SIGN_IN_FAILED) == []


def test_a_directory_that_does_not_answer_lets_the_password_in(directory, through_directory):
    directory.is_up = False
    browser = Browser()
    assert is_refused(browser, browser.post("/accounts/oidc/login/"))
    user_with_password("advisor")
    assert sign_in(browser, "advisor")["Location"] == "/"


def test_a_discovery_document_of_another_issuer_is_not_believed(directory, settings):
    settings.OIDC_ISSUER = f"{directory.issuer}/"
    browser = Browser()
    assert is_refused(browser, browser.post("/accounts/oidc/login/"))


def test_who_is_deactivated_here_stays_out_and_gets_no_role(directory, through_directory):
    through_directory(Browser())
    User.objects.update(is_active=False)
    directory.person["groups"] = ["desk-admins"]
    browser = Browser()
    assert is_refused(browser, through_directory(browser))
    assert User.objects.get().role == Role.MANAGER


def test_a_sign_in_that_cannot_be_recorded_makes_no_account(directory, by_hand):
    browser = Browser(raise_request_exception=False)
    back = way_back(browser)
    by_hand("UPDATE accounts_audithead SET seal = 'broken'")
    assert browser.get(back).status_code == 500
    assert not User.objects.exists()


def test_the_directory_counts_as_second_factor_when_it_says_so(directory, through_directory, settings):
    settings.REQUIRE_MFA = True
    once = Browser()
    through_directory(once)
    assert once.get("/cases/")["Location"].startswith("/accounts/2fa/totp/activate/")
    directory.claims = {"amr": ["pwd", "mfa"]}
    twice = Browser()
    through_directory(twice)
    assert twice.get("/cases/").status_code == 200
    assert not Authenticator.objects.exists()


def test_nobody_at_the_desk_gives_a_role_or_a_password_to_somebody_of_the_directory(through_directory):
    own = Browser()
    through_directory(own)
    grace, admin = User.objects.get(), user_with_password("admin", role=Role.ADMIN)
    with pytest.raises(RoleRefused, match="directory"):
        request_role(user=grace, role=Role.ADMIN, by=admin)
    browser = Browser()
    sign_in(browser, "admin")
    form = {"username": "grace", "first_name": "G", "last_name": "N", "role": "advisor", "is_active": "on"}
    browser.post(f"/admin/accounts/user/{grace.pk}/change/", form)
    for action in ("invite_again", "reset_second_factor"):
        page = browser.post(
            "/admin/accounts/user/", {"action": action, "_selected_action": [grace.pk]}, follow=True
        )
        assert "/accounts/invitation/" not in page.content.decode()
    grace.refresh_from_db()
    assert (grace.first_name, grace.role, grace.has_usable_password()) == ("G", Role.MANAGER, False)
    own = Browser()
    through_directory(own)
    assert own.get("/accounts/password/change/").status_code == 404
    assert "/accounts/password/change/" not in own.get("/help/").content.decode()
