"""Whether the machine has room for work that nobody has asked for yet."""

import psutil

from app.lab.plan import cores

ROOM = 2**30
"""Bytes of memory that have to be left."""


def has_leisure() -> bool:
    """Whether it runs on mains, with a core and some memory to spare."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    plugged_in = battery is None or battery.power_plugged is not False
    return plugged_in and psutil.getloadavg()[0] < cores() and psutil.virtual_memory().available > ROOM
