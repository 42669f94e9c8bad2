"""How good a dataset's metadata are: a score, what to do to raise it, and whether its links and its data are fresh."""
