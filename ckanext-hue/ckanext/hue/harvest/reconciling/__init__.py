"""What the reconciler compares, each part in a module of its own; `harvest.reconcile` runs them in turn.

    jobs        jobs and items that nobody works on, and what they left in the queue
    datasets    what the engine remembers and the datasets in the database
    tables      both of them and the tables of the DataStore, with their files
    listings    what the sources list and what is published
    documents   the datasets in the database and their documents in Solr

All of them compare in sets, in temporary tables of CKAN's database: what is equal never reaches Python. A
dataset that a harvest has in hand is left alone.
"""
