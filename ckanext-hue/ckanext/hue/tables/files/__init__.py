"""Tables as files.

`selection` says which rows and columns, `formats` writes them, `package` makes one ZIP of a dataset's tables.
"""
