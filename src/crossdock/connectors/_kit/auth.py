"""How a request says who we are."""

from __future__ import annotations

from collections.abc import Generator

import httpx2

from crossdock.project.secrets import Secret


class BearerToken(httpx2.Auth):
    """`Authorization: Bearer ...`; the token is revealed in the request alone."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign the request; there is no second round."""
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request

    def __repr__(self) -> str:
        return f"BearerToken({self._token!r})"
