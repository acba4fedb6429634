"""One allauth provider class for each platform of the registry.

allauth's own Instagram and LinkedIn providers speak to retired endpoints and it has
none for Threads; what differs between platforms is data of their adapters, so one class
serves them all.
"""

import base64
import hashlib
import secrets
from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider

from connections.platforms import PLATFORMS, Platform
from connections.providers.views import ManagedOAuth2Adapter


class ManagedProvider(OAuth2Provider):
    """A platform whose accounts Relink manages; it never signs anybody in to Relink."""

    account_class = ProviderAccount
    platform: Platform

    def get_oauth2_adapter(self, request: Any) -> ManagedOAuth2Adapter:
        return ManagedOAuth2Adapter(request, self.platform, self.app)

    def get_pkce_params(self) -> dict[str, str]:
        if not self.platform.uses_pkce(self.app.oauth_client):
            return {}
        # RFC 7636, 4.1: 43 to 128 characters.
        verifier = secrets.token_urlsafe(64)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return {
            "code_verifier": verifier,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }

    def extract_uid(self, data: Any) -> str:
        return data.subject_id

    def extract_extra_data(self, data: Any) -> dict[str, str]:
        # allauth would keep this in a row; it is given nothing worth keeping.
        return {}


provider_classes = [
    type(
        f"{type(platform).__name__}Provider",
        (ManagedProvider,),
        {"id": slug, "name": platform.name, "platform": platform, "__module__": __name__},
    )
    for slug, platform in PLATFORMS.items()
]
