"""Sends pushes in the background, tries again twice, and remembers how it went."""

import asyncio
import json
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from connections.sandbox.clock import iso

from . import signing
from .letters import Letter
from .targets import Target

WAITS = (0.0, 1.0, 3.0)  # seconds before each try
PATIENCE = aiohttp.ClientTimeout(total=10)
NO_ANSWER = 0
REMEMBERED = 200
EXCERPT = 200
UNPROVEN = "The webhook did not answer X's challenge rightly."


@dataclass
class Delivery:
    """One push under way; ``statuses`` are the answers so far, 0 for none."""

    target: Target
    event: str
    subject: str
    letter: Letter
    at: float = field(default_factory=time.time)
    statuses: list[int] = field(default_factory=list)
    answer: str = ""

    def shown(self) -> dict[str, Any]:
        return {
            "at": iso(self.at),
            "platform": self.target.platform,
            "app": self.target.client_id,
            "subject": self.subject,
            "event": self.event,
            "statuses": self.statuses,
        }


class Outbox:
    def __init__(self) -> None:
        self.sent: deque[Delivery] = deque(maxlen=REMEMBERED)
        self._under_way: set[asyncio.Task[None]] = set()
        self._proven: set[Target] = set()

    def post(self, *deliveries: Delivery) -> None:
        """Send in the background."""
        for delivery in deliveries:
            self.sent.append(delivery)
            task = asyncio.get_running_loop().create_task(self._deliver(delivery))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def repeat(self, delivery: Delivery, times: int) -> None:
        """Send the same bytes so many times, now."""
        self.sent.append(delivery)
        for _ in range(times):
            await self.send(delivery)

    async def _deliver(self, delivery: Delivery) -> None:
        for wait in WAITS:
            await asyncio.sleep(wait)
            if await self.send(delivery) // 100 == 2:
                return

    async def send(self, delivery: Delivery) -> int:
        """Send once, now; returns the status, 0 where nobody answered."""
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE) as session:
                status = await self._send(session, delivery)
        except (aiohttp.ClientError, TimeoutError, OSError):
            status, delivery.answer = NO_ANSWER, ""
        delivery.statuses.append(status)
        return status

    async def _send(self, session: aiohttp.ClientSession, delivery: Delivery) -> int:
        target, letter = delivery.target, delivery.letter
        # X writes to nobody who has not proven that they hold the same secret.
        if target.platform == "x" and not await self._prove(session, target, letter.path):
            delivery.answer = UNPROVEN
            return NO_ANSWER
        async with session.post(
            target.url + letter.path,
            data=letter.body,
            headers=dict(letter.headers),
            allow_redirects=False,
        ) as answer:
            delivery.answer = (await answer.text(errors="replace"))[:EXCERPT]
            return answer.status

    async def _prove(self, session: aiohttp.ClientSession, target: Target, path: str) -> bool:
        """Challenge a webhook once, as X does when it is registered."""
        if target in self._proven:
            return True
        challenge = secrets.token_urlsafe(24)
        async with session.get(
            target.url + path, params={"crc_token": challenge}, allow_redirects=False
        ) as answer:
            text = await answer.text(errors="replace")
        expected = signing.x_signature(target.consumer_secret, challenge.encode())
        if answer.status == 200 and _response_token(text) == expected:
            self._proven.add(target)
        return target in self._proven


def _response_token(text: str) -> Any:
    try:
        return json.loads(text)["response_token"]
    except (ValueError, TypeError, KeyError):
        return None
