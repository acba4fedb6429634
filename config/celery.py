"""The Celery application and the whole schedule, one reason per entry."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("relink")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def schedule(sender: Celery, **kwargs: object) -> None:
    from django.conf import settings

    every = settings.SWEEP_EVERY
    # Rings for due work. A ring older than the next one is dropped: it would add nothing.
    sender.add_periodic_task(
        every, sender.signature("health.sweep"), name="sweep", expires=every.total_seconds()
    )
