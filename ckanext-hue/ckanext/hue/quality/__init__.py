"""How good are a dataset's metadata, what raises their score, and are its links and its data fresh?"""
