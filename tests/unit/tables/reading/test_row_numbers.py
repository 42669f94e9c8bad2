"""Rows have the numbers that a person sees in the file, in files of any length."""

from __future__ import annotations

from pathlib import Path

from ckanext.hue.tables.reading.opening import open_file


def test_rows_of_a_long_file_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "dai.csv"
    path.write_text("so,ten\n" + "".join(f"{line},điểm\n" for line in range(2, 30_002)), encoding="utf-8")
    opened = open_file(path, "dai.csv")
    numbers = [
        (batch.first_row + place, int(row[0]))
        for batch in opened.batches(opened.sheets[0])
        for place, row in enumerate(batch.rows)
    ]
    assert len(numbers) == 30_000
    assert all(number == line for number, line in numbers)
