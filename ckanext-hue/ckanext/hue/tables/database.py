"""Connections to the DataStore's database for loading; readers go through CKAN's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import connection as Connection
from sqlalchemy.engine import make_url

from ckanext.hue import config

LOCK_TIMEOUT = "10s"  # a reader that holds a table longer makes the swap fail, not hang


@contextmanager
def datastore_connection() -> Iterator[Connection]:
    """Open a connection as the DataStore's writer; commits at the end, rolls back on an error."""
    url = make_url(config.datastore_write_url())
    connection = psycopg2.connect(
        host=url.host,
        port=url.port,
        user=url.username,
        password=url.password,
        dbname=url.database,
        application_name="hue tables",
        options=f"-c lock_timeout={LOCK_TIMEOUT}",
    )
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def reader_role() -> str:
    """The role that CKAN reads tables with."""
    role = make_url(config.datastore_read_url()).username
    if not role:
        raise ValueError("ckan.datastore.read_url names no user")
    return role
