"""The shape of an explanation: what, why, who must act, next step."""

from dataclasses import dataclass

from health.statuses import Actor, Remedy

ADMINISTRATOR = "Your administrator."
NO_RECONNECT = "Reconnecting will not help."


@dataclass(frozen=True, slots=True)
class Words:
    what: str
    why: str
    who: str
    next_step: str
    remedy: Remedy
    actor: Actor
    # A sign-in repairs it, so that a button for it may stand beside the words.
    by_sign_in: bool = False
