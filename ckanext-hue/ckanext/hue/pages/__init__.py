"""What the public pages show: figures of the portal, previews of tables, and how values read."""
