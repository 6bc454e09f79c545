"""One pool of warm workers for all tests of the lab, so that the libraries are imported once."""

from collections.abc import AsyncIterator

import pytest_asyncio

from app.lab.pool import Pool


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(size=2)
    yield pool
    await pool.close()
