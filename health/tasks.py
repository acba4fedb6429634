"""Celery's doors into health: they take ids, call one function, return nothing."""

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from connections.models import PUBLISH_TEST_TIME, Connection
from health.checks import check_now
from health.publish_test import run_publish_test
from health.sweep import sweep as run_sweep


@shared_task(name="health.sweep")
def sweep() -> None:
    run_sweep()


@shared_task(name="health.check_connections")
def check_connections(ids: list[str]) -> None:
    check_now(ids)


# A message that waited longer than a test may take is dropped: the page says it did not end.
@shared_task(name="health.publish_test", expires=PUBLISH_TEST_TIME.total_seconds())
def publish_test(pk: str, actor: str) -> None:
    connection = Connection.objects.connected().with_parts().with_ids([pk]).first()
    if connection is not None:
        person = User.objects.filter(pk=actor).first()
        run_publish_test(connection=connection, actor=person, now=timezone.now())
