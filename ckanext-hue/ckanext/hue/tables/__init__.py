"""From rows to a DataStore table that readers see at once and whole, and out again (docs/tables.md).

    reading/ ─▶ staging ─▶ types ─▶ quarantine ─▶ building ─▶ changes ─▶ publishing ─▶ indexing ─▶ files/
    a file's    text       one      bad rows      the typed   against    the swap      of big      formats to
    rows        columns    form     aside         table       before                   tables      download

`loading` is the way in for harvested tables (`load`) and for files (`load_batches`, from uploads/); all
of it up to the swap is one transaction. `versions` keeps what was published; `actions` is the API.
"""
