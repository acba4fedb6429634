from django.urls import path

from health import explain_views, views

urlpatterns = [
    path("", views.grid, name="grid"),
    path("c/<uuid:pk>/", views.connection, name="connection"),
    path("c/<uuid:pk>/check/", views.check_now, name="check_now"),
    path("c/<uuid:pk>/pause/", views.pause_checks, name="pause_checks"),
    path("c/<uuid:pk>/resume/", views.resume_checks, name="resume_checks"),
    path("c/<uuid:pk>/publish-test/", views.publish_test, name="publish_test"),
    path("log/", views.failure_log, name="failure_log"),
    path("explain/", explain_views.explain_error, name="explain_error"),
    path("healthz", views.healthz, name="healthz"),
]
