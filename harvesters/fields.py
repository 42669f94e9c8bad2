"""Which of the portal's fields (lĩnh vực) the themes and groups of another catalogue stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from ckanext.hue.schemas import concept, vocabulary

EU_THEME = "http://publications.europa.eu/resource/authority/data-theme/"
# The EU's themes are wider than the fields: each is given to the field that is nearest to all of it.
_OF_EU_THEME: Mapping[str, str] = {
    "agri": "nong-nghiep",
    "econ": "ke-hoach-dau-tu",
    "educ": "giao-duc",
    "ener": "cong-thuong",
    "envi": "tai-nguyen-moi-truong",
    "gove": "cai-cach-hanh-chinh",
    "heal": "y-te",
    "just": "tu-phap",
    "regi": "xay-dung",
    "soci": "lao-dong-xa-hoi",
    "tech": "khoa-hoc-cong-nghe",
    "tran": "giao-thong",
}


def field_code(themes: Iterable[str]) -> str:
    """The code of the first field that a theme names by its code, its address's last part or its name.

    Else the field nearest to the first theme of the EU; empty when there is none.
    """
    texts = [theme.strip() for theme in themes]
    for text in texts:
        known = concept("fields", text.rstrip("/").rpartition("/")[2]) or concept("fields", text)
        code = known.code if known else _by_name().get(text.lower())
        if code:
            return code
    found = (_OF_EU_THEME.get(text.removeprefix(EU_THEME).lower()) for text in texts)
    return next(filter(None, found), "")


@cache
def _by_name() -> Mapping[str, str]:
    return {
        name.lower(): field.code for field in vocabulary("fields") for name in (field.name, field.name_en)
    }
