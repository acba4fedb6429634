"""How long codes and tokens live, per platform, in seconds.

As the platforms document them (each platform's module names its source), or as seen in
the wild where they do not. None has no end. SANDBOX_LIFETIMES
replaces single values, so that hours pass in seconds.
"""

import json
from typing import Any

from .control_error import ControlError

DAY = 86400
SIXTY_DAYS = 5183944

META_PROFILE = {"code": 3600, "access": 3600, "long": SIXTY_DAYS, "refresh_after": DAY}

REAL: dict[str, dict[str, float | None]] = {
    "facebook": {"code": 600, "access": 7200, "long": SIXTY_DAYS, "data_access": 90 * DAY},
    "instagram": dict(META_PROFILE),
    "threads": dict(META_PROFILE),
    "x": {"code": 30, "access": 7200, "refresh": 180 * DAY},
    "tiktok": {"code": 300, "access": 7200, "refresh": 180 * DAY},
    "linkedin": {"code": 1800, "access": 60 * DAY, "refresh": 365 * DAY},
    "youtube": {"code": 600, "access": 3599, "refresh": None},
    "generic": {"code": 600, "access": 3600, "refresh": 30 * DAY},
}


def read(text: str | None) -> dict[str, dict[str, float | None]]:
    """Return the real lifetimes with the given JSON's values in place; raises ControlError."""
    lives = {slug: dict(kinds) for slug, kinds in REAL.items()}
    for slug, kinds in _parsed(text).items():
        if slug not in lives or not isinstance(kinds, dict):
            raise ControlError(f"SANDBOX_LIFETIMES names no platform of the sandbox: {slug}.")
        for kind, seconds in kinds.items():
            _replace(lives[slug], slug, kind, seconds)
        _scale_waiting(lives[slug], kinds)
    return lives


def _parsed(text: str | None) -> dict[str, Any]:
    try:
        wanted = json.loads(text or "{}")
    except ValueError as error:
        raise ControlError(f"SANDBOX_LIFETIMES is not JSON: {error}.") from None
    if not isinstance(wanted, dict):
        raise ControlError('SANDBOX_LIFETIMES is an object such as {"x": {"access": 120}}.')
    return wanted


def _replace(lives: dict[str, float | None], slug: str, kind: str, seconds: Any) -> None:
    if kind not in lives:
        raise ControlError(f"SANDBOX_LIFETIMES: {slug} has {', '.join(lives)}, not {kind}.")
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not number or not 0 <= seconds < float("inf"):
        raise ControlError(f"SANDBOX_LIFETIMES: {slug}.{kind} is a number of seconds.")
    lives[kind] = seconds


def _scale_waiting(lives: dict[str, float | None], given: dict[str, Any]) -> None:
    # A day of waiting makes no sense in a life of minutes: keep the proportion, 1 day of 60.
    if "long" in given and "refresh_after" in lives and "refresh_after" not in given:
        lives["refresh_after"] = min(DAY, given["long"] / 60)
