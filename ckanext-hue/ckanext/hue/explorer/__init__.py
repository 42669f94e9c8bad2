"""The table explorer: rows, charts, maps and profiles of one table, all told by the address (docs/explorer.md)."""
