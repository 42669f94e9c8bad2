"""What stands in Solr: the document of a dataset, and indexing in batches."""
