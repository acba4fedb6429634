"""Which platform pushes what to which address, and who reads it there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connections.pushes import google, meta, tiktok, x
from connections.pushes.news import Delivery, News, Recipient

Reader = Callable[[Delivery, Recipient, datetime], tuple[News, ...]]
Challenger = Callable[[str, Recipient], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Door:
    """One address of an app: what it is called at the platform, and how it is read there."""

    words: str
    read: Reader
    accepted: int = 200  # the status this platform wants to hear
    needs_push_secret: bool = False  # it signs with another secret than the client's
    challenge: Challenger | None = None  # its answer proves the address to the platform


META = {
    "deauthorize": Door("Deauthorize callback URL", meta.read_deauthorization),
    "data-deletion": Door("Data deletion request URL", meta.read_data_deletion),
}
# By platform, then by the last part of the address.
DOORS: dict[str, dict[str, Door]] = {
    "facebook": META,
    "instagram": META,
    "threads": META,
    "tiktok": {"webhook": Door("Webhook callback URL", tiktok.read)},
    "x": {
        "webhook": Door("Webhook URL", x.read, needs_push_secret=True, challenge=x.answer_challenge)
    },
    "youtube": {"risc": Door("Cross-Account Protection receiver", google.read, accepted=202)},
}


def doors_of(platform: str) -> dict[str, Door]:
    return DOORS.get(platform, {})
