"""The lines that the app sends to a worker, shared by all that read them there."""

import os


class Lines:
    """Whole lines of a descriptor, with what has been read and not taken in sight."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.taken_in: list[bytes] = []
        """Lines that were read and nobody has taken yet: `select` knows nothing of them."""
        self._rest = b""

    def read(self) -> bool:
        """Wait for what comes next and take it in. False at the end."""
        data = os.read(self.descriptor, 65536)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.taken_in += lines
        return bool(data)

    def next(self) -> bytes | None:
        """The next line, once it is there; None at the end."""
        while not self.taken_in:
            if not self.read():
                return None
        return self.taken_in.pop(0)
