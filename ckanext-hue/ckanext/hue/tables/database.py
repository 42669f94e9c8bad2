"""Connections to the DataStore's database for loading; readers go through CKAN's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import connection as Connection
from sqlalchemy.engine import make_url

from ckanext.hue import config

LOCK_TIMEOUT = "10s"  # a reader that holds a table longer makes the swap fail, not hang


KEPT = 2  # connections that wait for the next use
_idle: list[Connection] = []
# A process must not speak over a connection of the one that it was forked from.
os.register_at_fork(after_in_child=_idle.clear)


@contextmanager
def datastore_connection() -> Iterator[Connection]:
    """Connect as the DataStore's writer; commits at the end, rolls back on an error.

    Connections are used again: making one takes as long as loading a small table.
    """
    connection = _take()
    try:
        with connection:
            yield connection
    except BaseException:
        connection.close()
        raise
    if len(_idle) < KEPT:
        _idle.append(connection)
    else:
        connection.close()


def close_idle() -> None:
    """Close the connections that wait for the next use."""
    while _idle:
        _idle.pop().close()


def _take() -> Connection:
    while _idle:
        connection = _idle.pop()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error:
            connection.close()  # the server was restarted meanwhile
        else:
            connection.rollback()
            return connection
    return _connect()


def _connect() -> Connection:
    url = make_url(config.datastore_write_url())
    return psycopg2.connect(
        host=url.host,
        port=url.port,
        user=url.username,
        password=url.password,
        dbname=url.database,
        application_name="hue tables",
        options=f"-c lock_timeout={LOCK_TIMEOUT}",
    )


def reader_role() -> str:
    """The role that CKAN reads tables with."""
    role = make_url(config.datastore_read_url()).username
    if not role:
        raise ValueError("ckan.datastore.read_url names no user")
    return role
