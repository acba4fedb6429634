"""A row of the tables, and the answer it stands for."""

import json
from dataclasses import dataclass, field
from typing import Any

from connections.platforms.wire import Cause, Endpoint, Request, Response

API, TOKEN, DEBUG = Endpoint.API, Endpoint.TOKEN, Endpoint.DEBUG
PAGE = "<!DOCTYPE html><html><body>Access denied: token expired, access revoked</body></html>"


@dataclass(frozen=True)
class Row:
    situation: str
    endpoint: Endpoint
    status: int
    body: Any
    causes: str  # separated by blanks
    headers: dict[str, str] = field(default_factory=dict)
    grant_type: str = ""  # of our own request, where it tells apart what the answer does not

    @property
    def honest(self) -> set[Cause]:
        return {Cause(cause) for cause in self.causes.split()}

    @property
    def answer(self) -> Response:
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        form = {"grant_type": self.grant_type} if self.grant_type else None
        request = Request("POST", "https://platform.example/path", self.endpoint, form=form)
        return Response(self.status, text.encode(), self.headers, request)
