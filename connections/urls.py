from django.urls import path

from connections import views
from connections.platforms import PLATFORMS
from connections.providers.views import callback_of

urlpatterns = [
    path("connect/", views.connect, name="connect"),
    path("connect/<uuid:pk>/accounts/", views.choose_accounts, name="choose_accounts"),
    path("c/<uuid:pk>/reconnect/", views.reconnect, name="reconnect"),
    path("c/<uuid:pk>/disconnect/", views.disconnect, name="disconnect"),
    path("c/<uuid:pk>/move/", views.move, name="move"),
    path("apps/", views.platform_apps, name="platform_apps"),
    # One fixed address for each platform: it is what is registered there.
    *(
        path(f"oauth/{slug}/callback/", callback_of(slug), name=f"{slug}_callback")
        for slug in PLATFORMS
    ),
]
