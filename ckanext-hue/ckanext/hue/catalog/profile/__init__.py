"""What the portal says in DCAT-AP 3: one module a subject."""

from .dcat_ap import HueDCATAPProfile

__all__ = ["HueDCATAPProfile"]
