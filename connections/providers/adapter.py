"""allauth's adapter hooks: which app a flow uses, and what its end stores."""

import secrets
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.base import AuthProcess
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from connections.models import PlatformApp
from connections.platforms import Platform

MAX_WORD = 60


class ManagedAccountAdapter(DefaultSocialAccountAdapter):
    """Feeds allauth unsaved apps made from PlatformApp, and keeps it from storing anything."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        apps = PlatformApp.objects.usable()
        if provider:
            apps = apps.for_platform(provider)
        return [social_app(app) for app in apps if client_id in {None, app.client_id}]

    def generate_state_param(self, state: dict[str, Any]) -> str:
        return secrets.token_urlsafe(32)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """End the flow before allauth touches users: this login is a managed account's."""
        from connections import views

        if sociallogin.state.get("process") != AuthProcess.REDIRECT:
            raise ImmediateHttpResponse(views.not_a_sign_in(request))
        data = sociallogin.state.get("data") or {}
        raise ImmediateHttpResponse(views.signed_in(request, data, sociallogin.access))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any
    ) -> None:
        """End a flow whose state is missing, old, of another browser or used before."""
        from connections import views

        raise ImmediateHttpResponse(views.state_lost(request, provider.platform))


def social_app(app: PlatformApp) -> SocialApp:
    """Return allauth's view of an app: never saved, and without the secret."""
    made = SocialApp(provider=app.platform, name=app.name, client_id=app.client_id)
    made.oauth_client = app.oauth_client()
    return made


def provider_for(request: HttpRequest, slug: str, app_id: str | None) -> Any:
    """Return the provider of one of our apps, None where the app is unknown or retired."""
    try:
        app = PlatformApp.objects.for_platform(slug).filter(pk=app_id).first()
    except (ValidationError, ValueError):
        app = None
    return registry.get_class(slug)(request, app=social_app(app)) if app else None


def ending_of_error(request: HttpRequest, platform: Platform, data: dict[str, Any]) -> HttpResponse:
    """End a flow that came back with an error instead of a code."""
    from connections import views

    error = request.GET.get("error", "")
    if error in platform.cancel_errors:
        return views.cancelled(request, data)
    word = "".join(c for c in error if c.isalnum() or c in "_-")[:MAX_WORD]
    return views.platform_answered(request, data, word)
