"""The harvest engine: what a source lists is planned in one statement, loaded, and published in batches.

    sources ─▶ jobs ─▶ runner: planning ─▶ (tables.loading) ─▶ publishing ─▶ (search.indexing)

The state of record is PostgreSQL; Redis only wakes a worker.
"""
