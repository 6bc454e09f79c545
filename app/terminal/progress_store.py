"""The store of progress, opened for a command; what a person should know of it goes to standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.files import home
from app.study.store import FILE_NAME, Store, open_store
from app.text import clean


@contextmanager
def progress() -> Iterator[Store]:
    """The store, for reading: where the disk refuses it is a copy in memory."""
    with open_store() as store:
        _tell(store)
        yield store
        _tell(store)


@contextmanager
def progress_to_write() -> Iterator[Store]:
    """The store, for writing. Raises StoreError where the disk refuses: nothing is kept by halves."""
    with Store(home() / FILE_NAME) as store:
        _tell(store)
        yield store


def _tell(store: Store) -> None:
    while store.notices:
        notice = store.notices.pop(0)
        click.echo(f"viva: {clean(notice)}", err=True)
