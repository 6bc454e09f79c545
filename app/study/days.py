"""Instants are UTC everywhere in storage; days are the person's own, from midnight to midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def local_day(at: datetime, zone: tzinfo | None = None) -> date:
    """The calendar day of an instant; `zone` None is the machine's own."""
    return at.astimezone(zone).date()


def day_start(day: date, zone: tzinfo | None = None) -> datetime:
    """The instant, in UTC, at which a local day begins."""
    midnight = datetime.combine(day, time())
    return (midnight.replace(tzinfo=zone) if zone else midnight.astimezone()).astimezone(UTC)


def short(interval: timedelta) -> str:
    """An interval as a key shows it: `<10 m`, `5 h`, `4 d`, `3 mo`, `1.5 y`."""
    minutes = interval.total_seconds() / 60
    if minutes < 59.5:
        return f"<{max(1, round(minutes))} m"
    if minutes < 23.5 * 60:
        return f"{round(minutes / 60)} h"
    days = max(1, round(minutes / 60 / 24))
    if days < 31:
        return f"{days} d"
    if days < 365:
        return f"{round(days / 30.4)} mo"
    return f"{days / 365:.1f} y".replace(".0 ", " ")
