"""Whether the hub answers. Asked once before a run: the libraries themselves try for half a minute a file."""

import asyncio
import os

SECONDS = 5.0
"""How long the hub has to answer."""


async def why_not() -> str:
    """Why nothing can be fetched from the hub now, in a few words; empty where it can."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE"):
            return f"{name} is set"
    endpoint = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    return "" if await asyncio.to_thread(_answers, endpoint) else f"{endpoint} does not answer"


def _answers(url: str) -> bool:
    """Whether anything answers there, be it with an error; proxies are asked as the environment says."""
    import ssl
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(url, method="HEAD"), timeout=SECONDS):
            return True
    except (HTTPError, HTTPException, ValueError):
        return True  # it spoke, or the address is for the libraries to refuse
    except URLError as problem:
        return isinstance(problem.reason, ssl.SSLError)  # the libraries may know other certificates
    except OSError:
        return False
