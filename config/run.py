"""What `make run` does: bring up the demo, watch over it, and take it all down on Ctrl-C."""

import http.client
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from config import processes, stack
from config.children import Child, end_all
from config.stack_folder import StackError, StackFolder, write_private

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
SIGN_INS = ("admin@relink.test", "staff@relink.test", "viewer@relink.test")
LOOK_EVERY_SECONDS = 0.2
START_SECONDS = 120
STOP_SECONDS = 8
PORTS = {"PORT": 8000, "SANDBOX_PORT": 8001}


class RunError(Exception):
    """Say in one sentence why the demo does not start, or not go on."""


class Demo:
    """The demo in one data folder, from the first check to the last process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.data = Path(environment.get("RELINK_DATA") or ROOT / ".data").resolve()
        self.folder = StackFolder(self.data)
        self.ports = read_ports(environment)
        self.url = f"http://127.0.0.1:{self.ports['PORT']}"
        self.sandbox_url = f"http://127.0.0.1:{self.ports['SANDBOX_PORT']}"
        self.children: list[Child] = []
        self.restart_at: dict[str, float] = {}
        self.environment = {
            **environment,
            **{name: str(port) for name, port in self.ports.items()},
            "RELINK_ENV": "demo",
            "RELINK_DATA": str(self.data),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self) -> None:
        """Run until Ctrl-C, which raises KeyboardInterrupt; raise RunError or StackError."""
        self.folder.make()
        lock = self._claim_data()
        try:
            for name, port in self.ports.items():
                check_port(name, port)
            self._start()
            self._announce()
            self._watch()
        finally:
            self._stop()
            os.close(lock)

    def _claim_data(self) -> int:
        """Hold the data folder for this run alone; the lock's file tells others where we are."""
        place = self.data / "running-at"
        lock = self.folder.running.take(wait=False)
        if lock is None:
            where = place.read_text().split()[0] if place.exists() else "another address"
            raise RunError(
                f"Relink already runs on {self.data}, at {where}: "
                "stop it first, or set RELINK_DATA, PORT and SANDBOX_PORT for a second one."
            )
        # Commands in other terminals read here which sandbox is this run's.
        write_private(place, f"{self.url}\n{self.sandbox_url}\n")
        return lock

    def _start(self) -> None:
        say(f"Starting PostgreSQL and Redis, data in {self.data}.")
        stack.attach(self.data)
        self.environment["RELINK_DEMO_PASSWORD"] = self._password()
        sandbox = self._child("sandbox", python("-m", "connections.sandbox"))
        sandbox.start()
        say("Preparing the database and the demo agency.")
        self._finish("migrate", python("manage.py", "migrate", "--no-input", "-v", "0"))
        web = self._child("web", web_command(self.ports["PORT"]))
        web.start()
        self._wait_for(sandbox, self.ports["SANDBOX_PORT"], "/control")
        self._finish("demo", python("manage.py", "demo"))
        say("Starting the web server, the worker and beat.")
        self._child("worker", WORKER_COMMAND).start()
        self._child("beat", [*BEAT_COMMAND, self.data / "celerybeat-schedule"]).start()
        self._wait_for(web, self.ports["PORT"], "/healthz")

    def _password(self) -> str:
        """Answer the password of the demo's people: the one asked for, or one made once."""
        asked = self.environment.get("RELINK_DEMO_PASSWORD", "").strip()
        path = self.data / "demo-password"
        if not asked and not path.exists():
            write_private(path, secrets.token_urlsafe(12))
        return asked or path.read_text().strip()

    def _child(self, name: str, command: list[str | Path]) -> Child:
        child = Child(name, command, self.environment, ROOT, self.folder.log(name))
        self.children.append(child)
        return child

    def _finish(self, name: str, command: list[str | Path]) -> None:
        """Run a command to its end; raise RunError with its last words where it fails."""
        child = self._child(name, command)
        child.start()
        while child.is_running():
            time.sleep(0.02)
        self.children.remove(child)
        if child.process.returncode != 0:
            raise RunError(
                f"{child.last_words()}\nPreparing the demo failed: `{name}` {child.outcome()}, "
                f"its last lines are above and all of them in {child.log}."
            )

    def _wait_for(self, child: Child, port: int, path: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not answers(port, path):
            if child.has_ended() or time.monotonic() > deadline:
                outcome = (
                    child.outcome() if child.has_ended() else f"does not answer on port {port}"
                )
                raise RunError(
                    f"{child.last_words()}\nThe {child.name} process {outcome}: "
                    f"its last lines are above and all of them in {child.log}."
                )
            time.sleep(0.05)

    def _announce(self) -> None:
        say("")
        say(f"  Relink   {self.url}")
        say(f"  Sandbox  {self.sandbox_url}  (break accounts here)")
        say(f"  Sign in  {', '.join(SIGN_INS)}")
        say(f"  Password {self.environment['RELINK_DEMO_PASSWORD']}")
        say("")
        say(f"Ctrl-C stops everything; your data stays in {self.data}.")
        say(f"Relink is ready at {self.url}")

    def _watch(self) -> NoReturn:
        while True:
            for child in self.children:
                self._tend(child)
            if not stack.is_running(self.data):
                say("PostgreSQL and Redis lost their supervisor; starting them again.")
                stack.attach(self.data)
            time.sleep(LOOK_EVERY_SECONDS)

    def _tend(self, child: Child) -> None:
        """Start a child that died again, after a pause that grows."""
        if child.is_running():
            return
        now = time.monotonic()
        if child.name not in self.restart_at:
            pause = child.next_pause()
            if pause is None:
                raise RunError(
                    f"{child.last_words()}\nThe {child.name} process keeps ending and is given up: "
                    f"its last lines are above and all of them in {child.log}."
                )
            # What it started may still hold its port.
            child.signal_group(signal.SIGKILL)
            self.restart_at[child.name] = now + pause
            say(f"The {child.name} process {child.outcome()} and is started again ({child.log}).")
        if now >= self.restart_at[child.name]:
            del self.restart_at[child.name]
            child.start()

    def _stop(self) -> None:
        """End everything, the sandbox after those who call it, then the stack."""
        sandbox = [child for child in self.children if child.name == "sandbox"]
        others = [child for child in self.children if child.name != "sandbox"]
        if self.children:
            say("\nStopping.")
        end_all(others, STOP_SECONDS)
        end_all(sandbox, STOP_SECONDS)
        if not stack.stop(self.data):
            say("PostgreSQL and Redis stay up, another process uses them.")
        if self.children:
            say(f"Stopped. Your data is in {self.data}.")


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CELERY = [PROGRAMS / "celery", "--app", "config", "--quiet"]
WORKER_COMMAND = [
    *CELERY,
    "worker",
    "--pool",
    "prefork",
    "--concurrency",
    "2",
    "--loglevel",
    "WARNING",
    "--without-gossip",
    "--without-mingle",
]
BEAT_COMMAND = [*CELERY, "beat", "--loglevel", "WARNING", "--schedule"]


def python(*arguments: str) -> list[str | Path]:
    return [sys.executable, *arguments]


def web_command(port: int) -> list[str | Path]:
    return [
        PROGRAMS / "granian",
        "--interface",
        "wsgi",
        "config.wsgi:application",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--no-ws",
        "--log-level",
        "warning",
    ]


def read_ports(environment: dict[str, str]) -> dict[str, int]:
    ports = {}
    for name, default in PORTS.items():
        value = environment.get(name, "").strip() or str(default)
        if not value.isdecimal() or not 0 < int(value) < 65536:
            raise RunError(f"{name} must be a number from 1 to 65535, not {value!r}.")
        ports[name] = int(value)
    if ports["PORT"] == ports["SANDBOX_PORT"]:
        raise RunError(
            f"PORT and SANDBOX_PORT are both {ports['PORT']}: give one of them another number."
        )
    return ports


def check_port(name: str, port: int) -> None:
    trouble = processes.port_trouble(port)
    if trouble:
        raise RunError(
            f"Port {port} {trouble}. Set {name} to another one, "
            f"for example {name}={port + 10 if port < 65000 else 8010} make run."
        )


def answers(port: int, path: str) -> bool:
    """Answer whether a server answers there at all, without a server error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def say(sentence: str) -> None:
    """Print; whoever read the output may be gone, which is no reason to stop."""
    try:
        sys.stdout.write(f"{sentence}\n")
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Stop once: a second Ctrl-C, or make passing on a signal we had, must not cut that short."""
    for other in STOP_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    os.umask(0o077)
    for number in STOP_SIGNALS:
        signal.signal(number, _interrupt)
    # Without it, `kill -9` of make would leave the demo running unseen.
    ask_kernel = processes.die_with_parent(signal.SIGTERM, parent=os.getppid())
    if "MAKELEVEL" in os.environ and ask_kernel:
        ask_kernel()
    try:
        Demo(dict(os.environ)).run()
    except (RunError, StackError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
