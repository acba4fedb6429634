"""allauth's token client, replaced: exchanges leave through ``connections/http.py``.

allauth's own puts the platform's answer, tokens and all, into its exceptions.
"""

from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.providers.oauth2.client import OAuth2Client

from connections.http import converse
from connections.platforms import Platform
from connections.platforms.contract import Access
from connections.platforms.wire import OAuthClient


class PlatformClient(OAuth2Client):
    """Builds the authorization address and exchanges the code for all that it gives."""

    def __init__(self, request: Any, platform: Platform, client: OAuthClient) -> None:
        self.request = request
        self.platform = platform
        self.client = client
        self.callback_url = client.redirect_uri
        self.state = None

    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: Any) -> str:
        params = {
            self.platform.client_id_parameter: self.client.client_id,
            "redirect_uri": self.callback_url,
            "response_type": "code",
            "scope": self.platform.join_scopes(self.client, scope),
            "state": self.state,
            **extra_params,
        }
        separator = "&" if "?" in authorization_url else "?"
        return f"{authorization_url}{separator}{urlencode(params)}"

    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None
    ) -> Access:
        """Return everything a code gives; raises ``Refused`` and ``Unreachable``."""
        # Meta appends "#_" to the redirect; a client that decodes it hands it on.
        return converse(
            self.platform.connect(self.client, code.removesuffix("#_"), pkce_code_verifier)
        )
