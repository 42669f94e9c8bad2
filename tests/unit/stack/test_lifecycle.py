from __future__ import annotations

from pathlib import Path

import pytest

from stack import lifecycle, paths
from stack.errors import StackError


@pytest.mark.parametrize("sign", ["%", ":", ";", '"', "\\"])
def test_a_path_that_our_parts_cannot_read_is_refused(sign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", Path(f"/srv/cổng{sign}1"))
    with pytest.raises(StackError, match="Đường dẫn"):
        lifecycle.check_path()


def test_spaces_accents_and_apostrophes_in_the_path_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", Path("/srv/Cổng dữ liệu 'mở' (bản 1)"))
    lifecycle.check_path()
