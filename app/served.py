"""The app in a browser, behind a gate: who has not been given the address gets nothing."""

import os
import re
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

import app

SESSIONS = 4
"""How many tabs may hold the app open at once: each is a process with workers of its own."""

POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' {socket}; frame-ancestors 'none'"
)
_FROM_OUTSIDE = re.compile(r'<link[^>]*href="https?://(?!127\.|localhost|\[::1\])[^>]*>')

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GatedServer(Server):
    """Serves the app to whoever has the token, from a page of this very server, and to nobody else.

    The token comes with the address once and stays as a cookie. A `Host` or an `Origin` of any other name is
    refused, which a page whose name was rebound to this machine cannot help sending.
    """

    def __init__(self, banks: Sequence[Path], host: str, port: int) -> None:
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__(_command(banks), host=host, port=port, title="viva", public_url=f"http://{name}")
        self.token = secrets.token_urlsafe(32)
        self._name = name
        self._cookie = f"viva-{port}"
        self._open = 0

    @property
    def address(self) -> str:
        """What a person opens."""
        return f"{self.public_url}/?token={self.token}"

    async def _make_app(self) -> web.Application:
        served = await super()._make_app()
        served.middlewares.append(self._gate)
        return served

    async def on_startup(self, app: web.Application) -> None:
        print(f"viva is at {self.address}\nCtrl-C ends it.", flush=True)

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Host") != self._name:
            raise web.HTTPForbidden(text=f"viva is served as {self._name} alone\n")
        asks_socket = request.headers.get("Upgrade") is not None or request.path == "/ws"
        origin = request.headers.get("Origin")
        if origin != self.public_url and (asks_socket or origin is not None):
            raise web.HTTPForbidden(text="not asked for by viva's own page\n")
        if self._is_token(request.query.get("token")):
            answer = web.HTTPSeeOther("/")
            answer.set_cookie(self._cookie, self.token, httponly=True, samesite="Strict")
            raise answer
        if not self._is_token(request.cookies.get(self._cookie)):
            raise web.HTTPForbidden(text="open the address that `viva serve` printed, with its token\n")
        return await (self._session(request, handler) if asks_socket else self._page(request, handler))

    def _is_token(self, given: str | None) -> bool:
        return given is not None and secrets.compare_digest(given.encode(), self.token.encode())

    async def _session(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._open >= SESSIONS:
            raise web.HTTPServiceUnavailable(text=f"viva is open {SESSIONS} times already; close a tab\n")
        self._open += 1
        try:
            return await handler(request)
        finally:
            self._open -= 1

    async def _page(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Nothing of the page comes from the network, its fonts included."""
        answer = await handler(request)
        if isinstance(answer, web.Response) and answer.content_type == "text/html" and answer.text:
            answer.text = _FROM_OUTSIDE.sub("", answer.text)
        answer.headers["Content-Security-Policy"] = POLICY.format(socket=f"ws://{self._name}")
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer


def _command(banks: Sequence[Path]) -> str:
    """The app as a process, which takes no module from the folder that it is started in."""
    root = str(Path(app.__file__).parent.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    words = [sys.executable, "-P", "-m", "app.cli"]
    return shlex.join([*words, *(word for path in banks for word in ("--bank", str(path.resolve())))])
