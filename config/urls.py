"""Every address. All need a sign-in but those named in tests/test_urls.py."""

from django.urls import include, path

urlpatterns = [
    path("", include("health.urls")),
    path("", include("connections.urls")),
    path("", include("accounts.urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
