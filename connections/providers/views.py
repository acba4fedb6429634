"""The callback of each platform, on allauth's state, PKCE and exchange."""

from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from connections.platforms import PLATFORMS, Platform
from connections.platforms.contract import Access, PartialConsent
from connections.platforms.wire import Refused, Unreachable
from connections.providers.client import PlatformClient


class ManagedOAuth2Adapter(OAuth2Adapter):
    """Joins allauth's flow to one of our platform adapters."""

    def __init__(self, request: HttpRequest, platform: Platform, app: Any = None) -> None:
        super().__init__(request)
        self.platform = platform
        self.provider_id = platform.slug
        self.app = app

    @property
    def authorize_url(self) -> str:
        return self.platform.authorize_address(self.app.oauth_client)

    def get_provider(self) -> Any:
        """Return the provider with the app that the flow began with, from its state."""
        from connections.providers.adapter import provider_for

        stashed = statekit.get_states(self.request).get(self.request.GET.get("state", ""))
        data = (stashed[0].get("data") or {}) if stashed else {}
        return provider_for(self.request, self.platform.slug, data.get("app"))

    def get_client(self, request: HttpRequest, app: Any) -> PlatformClient:
        return PlatformClient(request, self.platform, app.oauth_client)

    def parse_token(self, data: Access) -> SocialToken:
        # The tokens stay in the Access; allauth's model would keep them in clear text.
        return SocialToken(token="")

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        access: Access = kwargs["response"]
        provider = self.platform_provider(request, app)
        login = provider.sociallogin_from_response(request, access)
        login.access = access
        return login

    def platform_provider(self, request: HttpRequest, app: Any) -> Any:
        from allauth.socialaccount.providers import registry

        return registry.get_class(self.platform.slug)(request, app=app)


class CallbackView(OAuth2CallbackView):
    """allauth's callback, which here also ends flows that allauth would render itself."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from connections import views
        from connections.providers.adapter import ending_of_error

        provider = self.adapter.get_provider()
        if provider is None:
            return views.state_lost(request, self.adapter.platform)
        state, refused = self._get_state(request, provider)
        if refused:
            return refused
        data = state.get("data") or {}
        if "error" in request.GET or not request.GET.get("code"):
            return ending_of_error(request, self.adapter.platform, data)
        return self.exchange(request, provider, state)

    def exchange(self, request: HttpRequest, provider: Any, state: dict[str, Any]) -> HttpResponse:
        from allauth.socialaccount.helpers import complete_social_login

        from connections import views

        client = self.adapter.get_client(request, provider.app)
        try:
            access = self.adapter.get_access_token_data(
                request, provider.app, client, pkce_code_verifier=state.get("pkce_code_verifier")
            )
        except PartialConsent as error:
            return views.partial(request, state.get("data") or {}, error.missing)
        except (Refused, Unreachable) as error:
            return views.platform_refused(request, state.get("data") or {}, error.refusal)
        login = self.adapter.complete_login(
            request, provider.app, self.adapter.parse_token(access), response=access
        )
        login.state = state
        return complete_social_login(request, login)


def callback_of(slug: str) -> Callable[..., HttpResponse]:
    """Return the callback view of one platform.

    It is public because a client's browser, without an account here, ends there too;
    its protection is the state, which only the session that began the flow holds.
    """

    @login_not_required
    @never_cache
    @require_GET
    def callback(request: HttpRequest) -> HttpResponse:
        view = CallbackView()
        view.request = request
        view.adapter = ManagedOAuth2Adapter(request, PLATFORMS[slug])
        try:
            return view.dispatch(request)
        except ImmediateHttpResponse as error:
            return error.response

    return callback
