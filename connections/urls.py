from django.urls import path

from connections import views
from connections.platforms import PLATFORMS
from connections.providers.views import callback_of
from connections.pushes import views as pushes

urlpatterns = [
    path("connect/", views.connect, name="connect"),
    path("connect/<uuid:pk>/accounts/", views.choose_accounts, name="choose_accounts"),
    path("c/<uuid:pk>/reconnect/", views.reconnect, name="reconnect"),
    path("c/<uuid:pk>/disconnect/", views.disconnect, name="disconnect"),
    path("c/<uuid:pk>/move/", views.move, name="move"),
    path("apps/", views.platform_apps, name="platform_apps"),
    # What platforms push, each app at its own addresses; connections/pushes/doors.py says who.
    path("push/<uuid:pk>/deauthorize", pushes.news, {"door": "deauthorize"}, "push_deauthorize"),
    path("push/<uuid:pk>/data-deletion", pushes.data_deletion, name="push_data_deletion"),
    path("push/<uuid:pk>/webhook", pushes.webhook, name="push_webhook"),
    path("push/<uuid:pk>/risc", pushes.news, {"door": "risc"}, "push_risc"),
    path("deletion/<str:code>", pushes.deletion, name="deletion"),
    # One fixed address for each platform: it is what is registered there.
    *(
        path(f"oauth/{slug}/callback/", callback_of(slug), name=f"{slug}_callback")
        for slug in PLATFORMS
    ),
]
