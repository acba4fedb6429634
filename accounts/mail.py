"""Sends one plain e-mail and says truthfully what became of it."""

import logging
from dataclasses import dataclass
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    sent: bool
    sentence: str


def send(*, to: str, subject: str, body: str) -> Outcome:
    """Hand a message to the mail server; never raises for what the server does."""
    try:
        EmailMessage(subject, body, to=[to]).send()
    except (SMTPException, OSError) as error:
        log.warning("e-mail was not sent: %s", type(error).__name__)
        return Outcome(False, f"The e-mail to {to} could not be sent: {_reason(error)}.")
    if "filebased" in settings.EMAIL_BACKEND:
        return Outcome(
            False,
            f"No mail server is set up (EMAIL_URL), so the message to {to} was only written "
            f"to the folder {settings.EMAIL_FILE_PATH}.",
        )
    return Outcome(True, f"The mail server took the message to {to}.")


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"{settings.EMAIL_HOST} did not answer within {settings.EMAIL_TIMEOUT} seconds"
    if isinstance(error, SMTPException):
        return f"{settings.EMAIL_HOST} refused it ({type(error).__name__})"
    return f"{settings.EMAIL_HOST} cannot be reached ({type(error).__name__})"
