"""The only way to a platform: one call with requests, thousands at once with aiohttp.

Both bound time and size, follow no redirect (a token must not travel on), verify TLS,
and never let a URL, header or body into an exception or a log.
"""

import asyncio
import base64
import logging
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

import aiohttp
import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter

from connections.platforms.wire import Cause, Refusal, Refused, Request, Response, Unreachable

log = logging.getLogger(__name__)

MAX_BYTES = 1_000_000
WIDTH = 100
HALF_A_SECOND = timedelta(seconds=0.5)
USER_AGENT = f"Relink/{settings.VERSION}"

Result = TypeVar("Result")
Talk = Generator[Request, Response, Result]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a conversation ended: with a value, a refusal, or without an answer."""

    value: Any = None
    refused: Refusal | None = None
    seconds: float = 0.0
    # The platform's clock minus ours, by the last answer's Date header.
    clock_skew: timedelta | None = None

    @property
    def ok(self) -> bool:
        return self.refused is None


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # ~/.netrc would override our Authorization header
    # One login's cookies must not travel with another's calls.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", HTTPAdapter(pool_maxsize=32))
    session.mount("http://", HTTPAdapter(pool_maxsize=32))
    return session


SESSION = _session()


def send(request: Request) -> Response:
    """Send one request. Raises ``Unreachable``; any answer, good or bad, is returned."""
    deadline = time.monotonic() + settings.PLATFORM_TIMEOUT.total_seconds()
    try:
        with SESSION.request(
            request.method,
            request.url,
            params=request.params or None,
            data=request.form,
            json=request.json,
            headers=_headers(request),
            timeout=settings.PLATFORM_TIMEOUT.total_seconds(),
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = _read(answer, request, deadline)
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, body, headers, request)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        # Not chained: the library's text holds the URL with its query.
        raise Unreachable(_kind(error), request) from None


def _read(answer: requests.Response, request: Request, deadline: float) -> bytes:
    """Read a body of bounded size in bounded time, however slowly it drips."""
    chunks, size = [], 0
    # read1 returns what has arrived; iter_content would wait for a whole chunk.
    while chunk := answer.raw.read1(16_384, decode_content=True):
        size += len(chunk)
        if size > MAX_BYTES:
            raise Unreachable("answer too large", request)
        if time.monotonic() > deadline:
            raise Unreachable("timeout", request)
        chunks.append(chunk)
    return b"".join(chunks)


def _headers(request: Request) -> dict[str, str]:
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **request.headers}
    if request.bearer:
        headers["Authorization"] = f"Bearer {request.bearer.reveal()}"
    if request.basic:
        client_id, secret = request.basic
        pair = base64.b64encode(f"{client_id}:{secret.reveal()}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    return headers


def _kind(error: Exception) -> str:
    text = str(error)
    if isinstance(error, requests.exceptions.SSLError):
        return "TLS failed"
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "timeout"
    if "NameResolutionError" in text or "getaddrinfo" in text:
        return "name not found"
    if isinstance(error, requests.ConnectionError | urllib3.exceptions.ProtocolError):
        return "connection refused" if "Connection refused" in text else "connection lost"
    return "unreadable answer"


def converse(talk: Talk[Result]) -> Result:
    """Hold a platform's conversation, one call at a time.

    Raises ``Refused`` and ``Unreachable``.
    """
    try:
        request = next(talk)
        while True:
            request = talk.send(send(request))
    except StopIteration as end:
        return end.value
    finally:
        talk.close()


def converse_many(talks: Sequence[Talk[Any]], *, width: int = WIDTH) -> list[Outcome]:
    """Hold many conversations at once; one that fails never ends another."""
    outcomes: list[Outcome] = [Outcome()] * len(talks)
    for number, outcome in converse_each(talks, width=width):
        outcomes[number] = outcome
    return outcomes


def converse_each(
    talks: Sequence[Talk[Any]], *, width: int = WIDTH
) -> Iterator[tuple[int, Outcome]]:
    """Hold many conversations at once and yield each outcome, by number, as soon as it is there.

    The caller's code runs between the steps of the loop, in its own thread, so that a
    rotated token can be stored while slower platforms still think.
    """
    if not talks:
        return
    with asyncio.Runner() as runner:
        session = runner.run(_open_session(width))
        gate = asyncio.Semaphore(width)
        loop = runner.get_loop()
        tasks = {
            loop.create_task(_hold(session, gate, talk)): number
            for number, talk in enumerate(talks)
        }
        try:
            while tasks:
                done, _ = runner.run(_first_of(tasks))
                for task in done:
                    yield tasks.pop(task), task.result()
        finally:
            for task in tasks:
                task.cancel()
            runner.run(session.close())


async def _first_of(tasks: Iterable[asyncio.Task[Outcome]]) -> Any:
    return await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _open_session(width: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=settings.PLATFORM_TIMEOUT.total_seconds()),
        connector=aiohttp.TCPConnector(limit=width),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def _hold(
    session: aiohttp.ClientSession, gate: asyncio.Semaphore, talk: Talk[Any]
) -> Outcome:
    async with gate:
        started, skew = time.monotonic(), None
        try:
            request = next(talk)
            while True:
                answer = await _send(session, request)
                skew = skew_of(answer)
                request = talk.send(answer)
        except StopIteration as end:
            outcome = Outcome(value=end.value)
        except (Refused, Unreachable) as error:
            outcome = Outcome(refused=error.refusal)
        except Exception as error:
            # A fault of ours in one adapter must not end the sweep of the others.
            log.error("reading an answer failed: %s", type(error).__name__)
            outcome = Outcome(refused=Refusal(Cause.UNKNOWN, code=type(error).__name__))
        finally:
            talk.close()
        return replace(outcome, seconds=time.monotonic() - started, clock_skew=skew)


def skew_of(answer: Response) -> timedelta | None:
    """Return the platform's clock minus ours; None where it sends no ``Date``.

    The header counts whole seconds, so half a second is added; the call's own duration is
    far below what is worth a warning.
    """
    return answer.date + HALF_A_SECOND - datetime.now(UTC) if answer.date else None


async def _send(session: aiohttp.ClientSession, request: Request) -> Response:
    try:
        async with session.request(
            request.method,
            request.url,
            params=request.params,
            data=request.form,
            json=request.json,
            headers=_headers(request),
            allow_redirects=False,
        ) as answer:
            body = await _read_async(answer, request)
            names = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status, body, names, request)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Unreachable(_async_kind(error), request) from None


async def _read_async(answer: aiohttp.ClientResponse, request: Request) -> bytes:
    chunks, size = [], 0
    async for chunk in answer.content.iter_chunked(16_384):
        size += len(chunk)
        if size > MAX_BYTES:
            raise Unreachable("answer too large", request)
        chunks.append(chunk)
    return b"".join(chunks)


def _async_kind(error: Exception) -> str:
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (TimeoutError, "timeout"),
        (aiohttp.ClientSSLError, "TLS failed"),
        (aiohttp.ClientConnectorDNSError, "name not found"),
        (aiohttp.ClientConnectorError, "connection refused"),
        (aiohttp.ServerDisconnectedError, "connection lost"),
        (aiohttp.ClientOSError, "connection lost"),
    )
    return next((kind for known, kind in kinds if isinstance(error, known)), "unreadable answer")
