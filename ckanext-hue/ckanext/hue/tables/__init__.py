"""From rows to a DataStore table that readers see at once and whole.

    pages ─▶ staging (text columns, COPY) ─▶ types (one statement) ─▶ publishing (typed table, swap)

`loading` is the way in; everything it does is one transaction.
"""
