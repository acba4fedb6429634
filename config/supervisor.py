"""The process that owns PostgreSQL and Redis while anybody uses them.

Started by `config.stack`, apart from the terminal, so that Ctrl-C reaches it only through
its users. It looks at kernel locks a few times a second: a service runs while its users'
lock is held, and stops a little after the last one let go.
"""

import os
import signal
import sys
import time
import traceback
from pathlib import Path

from config.postgres import Postgres
from config.redis_server import RedisServer
from config.stack_folder import StackError, StackFolder, cannot_write

LOOK_EVERY_SECONDS = 0.25
GRACE_SECONDS = 2.0
RETRY_AT_MOST_EVERY_SECONDS = 30.0


class Service:
    """A server together with what its users are told about it."""

    def __init__(self, server: Postgres | RedisServer, supervisor: "Supervisor") -> None:
        self.server = server
        self.supervisor = supervisor
        self.users = supervisor.folder.users(server.name)
        self.state: dict[str, str] = {}
        self.unused_since: float | None = None
        self.failures = 0
        self.next_attempt = 0.0

    def tend(self) -> None:
        """Start or stop the server, as its users want it now."""
        exclusive = self.users.take(wait=False)
        if exclusive is None:
            self.unused_since = None
            self._keep_running()
            return
        try:
            self._wind_down()
        finally:
            os.close(exclusive)

    def is_idle(self) -> bool:
        return not self.state

    def stop(self) -> None:
        self.server.stop()
        self._tell({})

    def _keep_running(self) -> None:
        if self.state and self.server.is_running():
            return
        if time.monotonic() < self.next_attempt:
            return
        if self.server.process is not None:
            say(f"{self.server.name} ended by itself and is started again")
            self.server.stop()
        self._start()

    def _start(self) -> None:
        self._progress(f"Starting {self.server.name}.")
        try:
            self.server.start(self._progress)
        except StackError as error:
            self._fail(str(error))
        except OSError as error:
            self._fail(cannot_write(self.supervisor.folder.data, error))
        except Exception as error:
            traceback.print_exc()
            self._fail(f"{self.server.name} cannot start: {error!r}.")
        else:
            self.failures = 0
            self._tell({"state": "ready", "url": self.server.url})
            say(f"{self.server.name} is ready on port {self.server.port}")

    def _progress(self, message: str) -> None:
        self.supervisor.raise_if_told_to_end()
        self._tell({"state": "starting", "message": message})

    def _fail(self, sentence: str) -> None:
        self.server.stop()
        self.failures += 1
        pause = min(2.0**self.failures, RETRY_AT_MOST_EVERY_SECONDS)
        self.next_attempt = time.monotonic() + pause
        self._tell({"state": "failed", "message": sentence, "at": str(time.monotonic())})
        say(sentence)

    def _wind_down(self) -> None:
        now = time.monotonic()
        self.unused_since = self.unused_since or now
        self.next_attempt = 0.0
        if not self.server.is_running() or now - self.unused_since >= GRACE_SECONDS:
            self.stop()

    def _tell(self, state: dict[str, str]) -> None:
        if state != self.state:
            self.state = state
            self.supervisor.publish()


class ToldToEnd(BaseException):
    """SIGTERM came; no failure of the server that is being started."""


class Supervisor:
    def __init__(self, folder: StackFolder) -> None:
        self.folder = folder
        self.told_to_end = False
        self.services = [Service(RedisServer(folder), self), Service(Postgres(folder), self)]

    def run(self) -> None:
        """Tend the services until nobody uses any, or SIGTERM, or the data folder is gone."""
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.publish()
        try:
            self._tend_while_used()
        except ToldToEnd:
            say("ending as told")
        finally:
            for service in self.services:
                service.stop()

    def _tend_while_used(self) -> None:
        quiet_since = time.monotonic()
        while self.folder.path.is_dir():
            for service in self.services:
                self.raise_if_told_to_end()
                service.tend()
            if not all(service.is_idle() for service in self.services):
                quiet_since = time.monotonic()
            if time.monotonic() - quiet_since > LOOK_EVERY_SECONDS:
                return
            time.sleep(LOOK_EVERY_SECONDS)

    def publish(self) -> None:
        if self.folder.path.is_dir():
            self.folder.publish({service.server.name: service.state for service in self.services})

    def raise_if_told_to_end(self) -> None:
        if self.told_to_end:
            raise ToldToEnd

    def _end(self, number: int, frame: object) -> None:
        self.told_to_end = True


def say(sentence: str) -> None:
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), sentence, flush=True)  # noqa: T201


def launch(data: Path) -> None:
    """Become the supervisor of this data folder, unless there is one; return once there is.

    The lock is taken before the fork, so whoever waits for this command can rely on it.
    """
    folder = StackFolder(data)
    deadline = time.monotonic() + 2
    # Those who ask whether there is a supervisor hold the lock for a moment.
    while (lock := folder.supervisor.take(wait=False)) is None:
        if time.monotonic() > deadline:
            return
        time.sleep(0.02)
    folder.publish({})
    if os.fork() == 0:
        os.setsid()
        say(f"supervisor {os.getpid()} of {data} starts")
        Supervisor(folder).run()
        say("supervisor ends")
    os.close(lock)


if __name__ == "__main__":
    launch(Path(sys.argv[1]))
