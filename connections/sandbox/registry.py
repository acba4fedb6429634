"""The platforms the sandbox simulates."""

from .facebook import Facebook
from .generic import Generic
from .instagram import Instagram
from .linkedin import LinkedIn
from .platform import Platform
from .threads import Threads
from .tiktok import TikTok
from .x import X
from .youtube import YouTube

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
