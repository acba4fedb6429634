"""Start the sandbox: ``python -m connections.sandbox``."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from . import lifetimes
from .control_error import ControlError
from .server import create_app
from .store import Store


def main() -> int:
    """Serve until told to stop; returns the exit code."""
    host = os.environ.get("SANDBOX_HOST", "127.0.0.1")
    folder = Path(os.environ.get("RELINK_DATA", ".data")) / "sandbox"
    try:
        port = _port(os.environ.get("SANDBOX_PORT", "8001"))
        store = Store(folder, lifetimes.read(os.environ.get("SANDBOX_LIFETIMES")))
        asyncio.run(serve(store, host, port))
    except ControlError as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ControlError(f"SANDBOX_PORT is a port number, not {text!r}.")
    return int(text)


async def serve(store: Store, host: str, port: int) -> None:
    """Answer calls until SIGTERM or SIGINT. Raises ControlError when the port is taken."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner = web.AppRunner(create_app(store, host), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise ControlError(
            f"The sandbox cannot listen on {host}:{port}: {error.strerror}."
        ) from None
    sys.stdout.write(f"The sandbox is at http://{host}:{port}/control\n")
    sys.stdout.flush()
    await stopped.wait()
    # No runner.cleanup(): it would wait for the calls that hang on purpose.
    store.close()


if __name__ == "__main__":
    sys.exit(main())
