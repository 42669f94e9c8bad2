"""How alembic runs the plugin's migrations: `ckan db upgrade` gives the address of the database."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool


def run() -> None:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, version_table="hue_alembic_version")
        with context.begin_transaction():
            context.run_migrations()


run()
