"""Migrations go up and down again and leave nothing."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from ckan import model
from sqlalchemy import text

import ckanext.hue

VERSIONS = Path(ckanext.hue.__file__).parent / "migration" / "hue" / "versions"
TABLES = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'thu_di_chuyen'")


def modules() -> list[ModuleType]:
    found = []
    for path in sorted(VERSIONS.glob("*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(module)
    return found


def test_every_migration_is_reversible() -> None:
    with model.meta.engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA thu_di_chuyen"))
        connection.execute(text("SET LOCAL search_path TO thu_di_chuyen, public"))
        with Operations.context(MigrationContext.configure(connection)):
            for module in modules():
                module.upgrade()
            assert connection.execute(TABLES).scalar_one() > 0
            for module in reversed(modules()):
                module.downgrade()
        assert connection.execute(TABLES).scalar_one() == 0
        connection.rollback()


def test_migrations_form_one_chain() -> None:
    revisions = [(module.revision, module.down_revision) for module in modules()]
    assert [down for _, down in revisions] == [None, *(revision for revision, _ in revisions[:-1])]


def test_the_database_refuses_states_that_do_not_exist() -> None:
    with model.meta.engine.connect() as connection:
        source = "INSERT INTO hue_harvest_source (name, title, kind, url) VALUES (:n, 't', 'platform', 'u')"
        connection.execute(text(source), {"n": "thu-trang-thai"})
        with pytest.raises(Exception, match="hue_harvest_job_state_check"):
            connection.execute(
                text("INSERT INTO hue_harvest_job (source_id, state) SELECT id, 'x' FROM hue_harvest_source")
            )
        connection.rollback()
