"""`viva serve`: the app in a browser on this machine."""

from importlib.util import find_spec

import click

from app.terminal.common import Refused, bank_option, extra_banks

LOOPBACK = ("127.0.0.1", "localhost", "::1")

SECTION = "Take along"


@click.command("serve", short_help="Serve the app to a browser on this machine.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help=f"Address to listen on: {', '.join(LOOPBACK)}."
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on."
)
@bank_option
def command(host: str, port: int) -> None:
    """Serve the app to a browser on this machine. It uses the textual-serve package.

    The app can edit and run code, so it listens on this machine alone, and only the address that it prints
    opens it: a token in it lets your browser in, and other pages, other names and other origins are refused.

    \b
    Examples:
      viva serve
      viva serve --port 9000
    """
    if find_spec("textual_serve") is None:
        raise Refused("`viva serve` needs one more package: pip install textual-serve")
    if host not in LOOPBACK:
        raise Refused(
            f"viva can run code, so it is served to this machine alone: --host is one of "
            f"{', '.join(LOOPBACK)}, not {host}; from elsewhere, forward the port (ssh -L)"
        )
    from app.served import GatedServer

    GatedServer(extra_banks(), host, port).serve()
