"""The harvest's actions: what people and programs see of sources and jobs, and do with them (docs/api.md)."""
