"""Which kinds of tools are alike: some never stand beside each other, some have to be told apart."""

from __future__ import annotations

from models.tiny.tasks.everyday import LOOKUPS
from models.tiny.tasks.tables import ALIKE as TABLE_ALIKE
from models.tiny.tasks.tables import basics

__all__ = ["ALIKE", "NEAR", "alike"]

ALIKE: tuple[tuple[str, ...], ...] = (
    ("calendar", "calendar_day", "calendar_text", "reminder", "agenda"),
    ("weather", "weather_day"),
    ("images", "draw"),
    ("email", "message"),
    ("timer", "reminder", "alarm", "countdown"),
    ("convert", "currency", "calculate", "bmi", "random"),
    ("note", "reminder", "todo", "shopping", "create_file", "workout"),
    ("summary", "open_page", "visibility"),
    ("flights", "taxi"),
    ("movie", "news"),
    ("draw", "paint_wall"),
    *TABLE_ALIKE,
    *(("search", key) for key in ("weather", "weather_day", *sorted(LOOKUPS))),
)
"""Kinds that do nearly the same and never stand beside each other: either would be right."""

NEAR: tuple[tuple[str, ...], ...] = (
    ("bs_multiply", "bs_add", "bs_subtract", "bs_divide", "bs_power"),
    ("bs_multiply_any", "bs_add_any", "bs_subtract", "bs_divide", "bs_power"),
    tuple(row.key for row in basics.ROWS),
    ("calendar", "agenda"),
    ("calendar_day", "agenda", "countdown"),
    ("convert", "currency"),
    ("timer", "alarm"),
    ("email", "message", "call", "contact"),
    ("read_file", "create_file", "delete_file", "rename", "share", "print"),
    ("user", "remove_user", "bs_user"),
    ("shopping", "todo", "note", "reminder"),
    ("device", "volume", "heat", "window", "channel"),
    ("flights", "hotel", "rental", "ticket"),
    ("weather", "clock", "holidays"),
    ("news", "movie", "books", "joke"),
    ("images", "draw"),
    ("fd_drop_anchor", "fd_lift_anchor"),
    ("fd_raise_flag", "fd_lower_flag"),
    ("fd_high_tide", "fd_low_tide"),
    ("fd_sunrise", "fd_sunset"),
    ("fd_attach", "fd_detach"),
    ("td_goods_in", "td_goods_out"),
    ("td_hire", "td_dismiss"),
    ("td_paid", "td_void"),
    ("td_start", "td_stop"),
    ("td_block", "td_unblock"),
    ("td_close", "td_reopen"),
    ("td_invite", "td_kick"),
    ("td_guest_in", "td_guest_out"),
    ("td_cell", "td_read_cell"),
)
"""Kinds that are near each other, and that requests tell apart all the same."""


def alike(keys: set[str]) -> set[str]:
    """These kinds, and those that could stand in for them."""
    return keys | {key for group in ALIKE for key in group if keys & set(group)}
