"""The attacks on accounts use the same real app as the tests of accounts."""

from tests.accounts.conftest import (  # noqa: F401 - fixtures
    build,
    database,
    empty_database,
    outside,
    server,
)
