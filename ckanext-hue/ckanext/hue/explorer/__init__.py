"""The table explorer: rows, charts, maps and profiles, all told by the address (docs/explorer.md)."""
