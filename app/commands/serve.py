"""`viva serve`: the app in a browser."""

import shlex
import sys
from importlib.util import find_spec

import click

from app.commands.common import Refused, bank_option, extra_banks

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on."
)
@bank_option
def command(host: str, port: int) -> None:
    """Serve the app to a browser on this machine. It uses the textual-serve package.

    The app can edit and run code, so whoever reaches the address can do so as you. It listens on this
    machine alone unless --host says otherwise.

    \b
    Examples:
      viva serve
      viva serve --port 9000
    """
    if find_spec("textual_serve") is None:
        raise Refused("`viva serve` needs one more package: pip install textual-serve")
    if host not in LOOPBACK:
        click.echo(f"viva: whoever can reach {host}:{port} can run code on this machine as you", err=True)
    from textual_serve.server import Server

    words = [
        sys.executable,
        "-m",
        "app.cli",
        *(word for path in extra_banks() for word in ("--bank", str(path.resolve()))),
    ]
    Server(shlex.join(words), host=host, port=port, title="viva").serve()
