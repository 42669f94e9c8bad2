"""The time of Huế."""

from __future__ import annotations

from datetime import timedelta, timezone

HUE_TIME = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
