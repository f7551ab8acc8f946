"""The pages of allauth that this desk uses, one by one: what is not listed here does not exist.

No sign-up, no e-mail addresses, no password reset by e-mail: an administrator makes and resets accounts.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from django.urls import path

from accounts.api_keys import views
from accounts.oidc import views as oidc
from accounts.preferences.views import preferences
from accounts.sign_in import invitations, own_sessions, passkeys, password_change, second_factor, sign_out

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", sign_out.sign_out, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("invitation/<uidb64>/<token>/", invitations.invitation, name="invitation"),
    path("oidc/login/", oidc.sign_in, name="oidc_login"),
    path("oidc/callback/", oidc.callback, name="oidc_callback"),
    path("oidc/logout/", oidc.back_channel_logout, name="oidc_logout"),
    path("password/change/", password_change.password_change, name="account_change_password"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", second_factor.activate, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", second_factor.deactivate, name="mfa_deactivate_totp"),
    path("2fa/webauthn/login/", passkeys.sign_in, name="mfa_login_webauthn"),
    path("2fa/webauthn/add/", passkeys.add, name="mfa_add_webauthn"),
    path("2fa/webauthn/reauthenticate/", passkeys.reauthenticate, name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", passkeys.rename, name="mfa_edit_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", passkeys.remove, name="mfa_remove_webauthn"),
    path("2fa/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", second_factor.generate_codes, name="mfa_generate_recovery_codes"),
    path(
        "2fa/recovery-codes/download/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("preferences/", preferences, name="preferences"),
    path("sessions/", own_sessions.own_sessions, name="usersessions_list"),
    path("api-keys/", views.api_keys, name="api_keys"),
    path("api-keys/<str:prefix>/rotate/", views.api_key_rotate, name="api_key_rotate"),
    path("api-keys/<str:prefix>/revoke/", views.api_key_revoke, name="api_key_revoke"),
]
