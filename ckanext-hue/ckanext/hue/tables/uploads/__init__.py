"""From an agency's upload to a table: the file is recorded with its resource, then loaded by a worker.

storage (a file arrives) ─▶ records (state of record, in CKAN's database) ─▶ jobs (a worker is woken)
─▶ work (read, load, tell CKAN) ─▶ report (what the agency reads)
"""
