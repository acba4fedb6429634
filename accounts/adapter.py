"""allauth's account adapter: staff are invited, and links never trust the Host header."""

import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

log = logging.getLogger(__name__)


class StaffAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            "This e-mail address and password do not belong together. Check both, "
            "or reset your password."
        ),
        "too_many_login_attempts": (
            "Too many attempts with this address. Wait five minutes, then try again."
        ),
        "enter_current_password": "This is not your current password. Type it again.",
        "incorrect_password": "This is not your password. Type it again.",
        "rate_limited": "Too many attempts. Wait a minute, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.AGENCY_NAME}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        names = {"agency": settings.AGENCY_NAME, "public_url": settings.PUBLIC_URL}
        try:
            super().send_mail(template_prefix, email, {**names, **context})
        except (OSError, SMTPException) as error:
            # The page must not tell whether the address has an account by failing for one.
            log.error("an e-mail was not sent: %s", type(error).__name__)

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL + path.replace("UID-KEY", quote(key))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("settings")
