"""The catalogue for machines: DCAT-AP 3 with Vietnamese metadata."""
