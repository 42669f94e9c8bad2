"""What can be harvested from: one module a kind of source. Nothing here imports CKAN.

A source lists its tables and hands out their pages (see `base`); what is done with them is the
business of `ckanext.hue.harvest` and `ckanext.hue.tables`.
"""
