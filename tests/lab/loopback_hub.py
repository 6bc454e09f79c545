"""A hub on the loopback: the paths that huggingface_hub, transformers and datasets ask for, and no more."""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
API = re.compile(r"/api/(models|datasets)/(.+?)(?:/(revision|tree|paths-info)/([^/]+)(?:/(.*))?)?")
FILE = re.compile(r"/(datasets/)?(.+?)/resolve/([^/]+)/(.+)")

Repos = Mapping[tuple[str, str], Mapping[str, bytes]]
"""(models or datasets, name) → path → content."""


class Hub(BaseHTTPRequestHandler):
    """Serves `repos`; `asked` keeps every request's line."""

    protocol_version = "HTTP/1.1"

    def __init__(self, repos: Repos, asked: list[str], *args: Any) -> None:
        self.repos = repos
        self.asked = asked
        super().__init__(*args)

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, *_: Any) -> None: ...

    def _answer(self, body: Any = None) -> None:
        self.asked.append(f"{self.command} {self.path}")
        path = unquote(urlsplit(self.path).path)
        if match := API.fullmatch(path):
            kind, repo, what, _, under = match.groups()
            files = self.repos.get((kind, repo))
            if files is None:
                return self._missing("RepoNotFound")
            if what in ("tree", "paths-info"):
                wanted = set(body["paths"]) if body else None
                return self._json(_entries(files, under or "", wanted))
            siblings = [{"rfilename": name} for name in files]
            return self._json({"id": repo, "sha": COMMIT, "siblings": siblings, "tags": [], "private": False})
        if match := FILE.fullmatch(path):
            data, repo, _, name = match.groups()
            files = self.repos.get(("datasets" if data else "models", repo))
            if files is None:
                return self._missing("RepoNotFound")
            if name in files:
                return self._send(200, files[name], "application/octet-stream")
        self._missing("EntryNotFound")

    def _missing(self, code: str) -> None:
        self._send(404, b"", "text/plain", {"X-Error-Code": code, "X-Error-Message": code})

    def _json(self, value: Any) -> None:
        self._send(200, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, content: bytes, kind: str, more: Mapping[str, str] = {}) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(content)), "X-Repo-Commit": COMMIT, **more}
        if status == 200:
            headers["ETag"] = f'"{hashlib.sha1(content).hexdigest()}"'
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _entries(files: Mapping[str, bytes], under: str, wanted: set[str] | None) -> list[dict[str, Any]]:
    """The files below a folder, with the folders between; of `wanted`, those that there are."""
    folders = {str(parent) for name in files for parent in Path(name).parents if str(parent) != "."}
    entries = [
        {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
        for name, content in files.items()
    ] + [{"type": "directory", "path": name, "size": 0, "oid": COMMIT} for name in sorted(folders)]
    return [
        entry
        for entry in entries
        if (entry["path"] in wanted if wanted is not None else str(entry["path"]).startswith(under))
    ]


def serve(repos: Repos, asked: list[str]) -> ThreadingHTTPServer:
    """A server on a free port of the loopback; the caller runs it and shuts it down."""
    return ThreadingHTTPServer(("127.0.0.1", 0), partial(Hub, repos, asked))
