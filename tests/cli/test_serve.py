"""`viva serve` for real: the served app shows its first screen, and nobody gets in who was not asked."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")

ROOT = Path(__file__).parent.parent.parent


class Served:
    """A running server: its address, its token, its process."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        assert process.stdout is not None
        self.process, self.port = process, port
        self.origin = f"http://127.0.0.1:{port}"
        found = re.search(r"token=(\S+)", process.stdout.readline())
        assert found
        self.token = found[1]
        while process.poll() is None and not self._listens():
            pass

    def _listens(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self.port)) == 0

    def headers(self, **changed: str | None) -> dict[str, str]:
        """What viva's own page sends with its token, but for what is changed; None leaves one out."""
        own = {"Host": f"127.0.0.1:{self.port}", "Origin": self.origin}
        cookie = {"Cookie": f"viva-{self.port}={self.token}"}
        return {name: value for name, value in {**own, **cookie, **changed}.items() if value is not None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a stranger: modules in it leave a file `ran` where they are imported."""
    for name in ("yaml", "rich", "click", "app"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    return tmp_path


@pytest.fixture
def served(folder: Path):
    """The real server, started in that folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-P", "-m", "app.cli", "serve", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment) as process:
        yield Served(process, port)
        process.terminate()


@pytest.fixture
async def client() -> AsyncIterator["aiohttp.ClientSession"]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def first_screen(ws: "aiohttp.ClientWebSocketResponse", wanted: str) -> str:
    """What has been sent until the text is there; the test's timeout ends a wait in vain."""
    seen = b""
    async for message in ws:
        seen += message.data if isinstance(message.data, bytes) else b""
        text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen.decode(errors="ignore"))
        if wanted in text:
            return text
    raise AssertionError(f"the socket closed after {seen[-500:]!r}")


async def test_the_app_shows_its_first_screen_and_leaves_nothing(served, client, folder) -> None:
    page = await client.get(f"{served.origin}/?token={served.token}")
    assert page.status == 200 and "token" not in str(page.url)
    text = await page.text()
    assert "googleapis" not in text and "textual.js" in text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    url = f"{served.origin}/ws?width=120&height=40"
    async with client.ws_connect(url, headers={"Origin": served.origin}) as ws:
        await first_screen(ws, "MRPC")
        (shell,) = psutil.Process(served.process.pid).children()
        family = [shell, *shell.children(recursive=True)]
        await ws.send_json(["stdin", "?"])
        await first_screen(ws, "Focus Next")
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive
    assert not (folder / "ran").exists()


REFUSED = {
    "no token": {"Cookie": None},
    "another token": {"Cookie": "viva-PORT=guessed"},
    "another page": {"Origin": "https://evil.example"},
    "another port of this machine": {"Origin": "http://127.0.0.1:1"},
    "no page": {"Origin": None},
    "another name": {"Host": "evil.example"},
    "a name bound to this machine": {"Host": "evil.example:PORT", "Origin": "http://evil.example:PORT"},
    "localhost, which was not asked for": {"Host": "localhost:PORT", "Origin": "http://localhost:PORT"},
}


async def test_every_other_websocket_is_refused_before_anything_starts(served, client) -> None:
    for why, changed in REFUSED.items():
        told = {name: value and value.replace("PORT", str(served.port)) for name, value in changed.items()}
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(f"{served.origin}/ws", headers=served.headers(**told))
        assert refused.value.status == 403, why
    assert not psutil.Process(served.process.pid).children()


async def test_every_page_needs_the_token_too(served, client) -> None:
    for path in ("/", "/?token=guessed", "/static/js/textual.js", "/download/x"):
        assert (await client.get(f"{served.origin}{path}")).status == 403, path
    evil = served.headers(Host="evil.example")
    assert (await client.get(f"{served.origin}/?token={served.token}", headers=evil)).status == 403


async def test_only_so_many_sessions_are_open_at_once(served, client) -> None:
    from app.served import SESSIONS

    headers = served.headers()
    for _ in range(SESSIONS):
        await client.ws_connect(f"{served.origin}/ws", headers=headers)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect(f"{served.origin}/ws", headers=headers)
    assert refused.value.status == 503


def test_no_other_machine_is_served(viva) -> None:
    ended = viva("serve", "--host", "0.0.0.0")
    assert (ended.code, "this machine alone" in ended.err) == (2, True)
