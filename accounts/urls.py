"""People and clients: our pages, and allauth's that this site uses, under allauth's names.

Everything allauth offers beyond these (sign-up, e-mail management, sign-in codes) has no
address here.
"""

from allauth.account import views as account
from allauth.mfa import urls as second_factor
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path

from accounts.forms import (
    ForgottenPasswordForm,
    NewPasswordForm,
    PasswordFromLinkForm,
    SignInForm,
)
from accounts.views import audit, clients, invitations, personal, signing_in, staff

SIGNING_IN = [
    path("login/", account.LoginView.as_view(form_class=SignInForm), name="account_login"),
    # Also the way to cancel a sign-in that waits for its second factor, so not behind it.
    path("logout/", login_not_required(account.logout), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", signing_in.sign_up_closed, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path(
        "password/change/",
        account.PasswordChangeView.as_view(form_class=NewPasswordForm),
        name="account_change_password",
    ),
    path("password/set/", account.password_set, name="account_set_password"),
    path(
        "password/reset/",
        account.PasswordResetView.as_view(form_class=ForgottenPasswordForm),
        name="account_reset_password",
    ),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.PasswordResetFromKeyView.as_view(form_class=PasswordFromLinkForm),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", include(second_factor)),
]

STAFF = [
    path("", staff.staff_list, name="staff"),
    path("invite/", invitations.invite, name="invite"),
    path("invitations/<uuid:pk>/", invitations.invitation_page, name="invitation"),
    path(
        "invitations/<uuid:pk>/withdraw/",
        invitations.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("<uuid:pk>/", staff.staff_member, name="staff_member"),
    path("<uuid:pk>/deactivate/", staff.deactivate_member, name="deactivate_member"),
    path("<uuid:pk>/reactivate/", staff.reactivate_member, name="reactivate_member"),
]

CLIENTS = [
    path("", clients.client_list, name="clients"),
    path("new/", clients.new_client, name="new_client"),
    path("<uuid:pk>/", clients.client_page, name="client"),
    path("<uuid:pk>/edit/", clients.edit_client, name="edit_client"),
    path("<uuid:pk>/archive/", clients.archive_client, name="archive_client"),
    path("<uuid:pk>/restore/", clients.restore_client, name="restore_client"),
]

urlpatterns = [
    path("accounts/", include(SIGNING_IN)),
    path("staff/", include(STAFF)),
    path("clients/", include(CLIENTS)),
    path("join/<str:token>", invitations.join, name="join"),
    path("settings/", personal.personal_settings, name="settings"),
    path("settings/test-email/", personal.test_email, name="test_email"),
    path("theme/", personal.theme, name="theme"),
    path("audit/", audit.audit, name="audit"),
]
