"""The platforms Relink speaks to, by slug. Adding one: a module here and a line below."""

from connections.platforms.base import Platform
from connections.platforms.facebook import Facebook
from connections.platforms.generic import Generic
from connections.platforms.instagram import Instagram
from connections.platforms.linkedin import LinkedIn
from connections.platforms.threads import Threads
from connections.platforms.tiktok import TikTok
from connections.platforms.x import X
from connections.platforms.youtube import YouTube

PLATFORMS: dict[str, Platform] = {
    platform.slug: platform
    for platform in (
        Facebook(),
        Instagram(),
        Threads(),
        X(),
        TikTok(),
        LinkedIn(),
        YouTube(),
        Generic(),
    )
}

__all__ = ["PLATFORMS", "Platform"]
