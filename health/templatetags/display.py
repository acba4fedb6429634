"""Icons, times and absent values, printed the same way on every page."""

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from connections.models import Connection
from connections.platforms import PLATFORMS
from health import moments
from health.facts import diagnose_connection

register = template.Library()

NONE = mark_safe('<span aria-hidden="true">–</span><span class="hidden-text">none</span>')


@register.simple_tag
def icon(name: str) -> SafeString:
    """Print a shape of static/icons.svg; the words always stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false" width="16" height="16">'
        '<use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def moment(at: datetime | None, style: str = "clock") -> SafeString:
    """Print a time; ``style`` is ``clock``, ``day``, ``exact`` or ``ago``."""
    if at is None:
        return NONE
    now = timezone.now()
    words = {
        "clock": lambda: moments.clock(at, now),
        "day": lambda: moments.day(at, now),
        "exact": lambda: moments.exact(at),
        "ago": lambda: f"{moments.duration(now - at)} ago",
        "in": lambda: f"in {moments.duration(at - now)}",
    }[style]()
    return time_element(at, words)


def time_element(at: datetime, words: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        moments.exact(at),
        words,
    )


@register.filter
def or_none(value: object) -> object:
    """Replace an empty value by a dash that is read out as "none"."""
    return value if value not in (None, "") else NONE


@register.filter
def platform_name(slug: str) -> str:
    return PLATFORMS[slug].name if slug in PLATFORMS else slug


@register.filter
def status_words(connection: Connection) -> str:
    """Say a connection's displayed status; it must come ``with_parts``."""
    return diagnose_connection(connection, timezone.now()).label


@register.filter
def cause_words(cause: str) -> str:
    """Say a cause's code as words: "Password changed"."""
    return cause.replace("_", " ").capitalize()
