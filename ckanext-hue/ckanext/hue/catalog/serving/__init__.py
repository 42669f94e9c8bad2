"""What is answered over HTTP: pages of the catalogue, datasets, whole files, persistent addresses."""
