"""What the engine refuses, as CKAN's actions say it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import ckan.plugins.toolkit as tk

from ckanext.hue.harvest.errors import (
    BadSourceSetting,
    HarvestError,
    JobGone,
    UnknownSource,
)
from ckanext.hue.harvest.sources import HarvestSource, get
from ckanext.hue.harvesters.errors import SourceError


@contextmanager
def refused_at(field: str) -> Iterator[None]:
    """Errors of the engine and of sources as errors of this parameter, with their Vietnamese sentence."""
    try:
        yield
    except JobGone as error:
        raise tk.ObjectNotFound(str(error)) from error
    except UnknownSource as error:
        raise tk.ObjectNotFound(tk._("There is no such source.")) from error
    except BadSourceSetting as error:
        raise tk.ValidationError({error.field: [str(error)]}) from error
    except (HarvestError, SourceError) as error:
        raise tk.ValidationError({field: [str(error)]}) from error


def source_named(name: str) -> HarvestSource:
    """The source of this name. Raises ObjectNotFound."""
    with refused_at("name"):
        return get(name)
