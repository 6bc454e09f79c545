"""The machine that viva runs on: its cores, and whether it has room for work that nobody asked for yet."""

import os

import psutil

ROOM = 2**30
"""Bytes of memory that have to be left."""


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_leisure() -> bool:
    """Whether it runs on mains, with a core and some memory to spare."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    plugged_in = battery is None or battery.power_plugged is not False
    return plugged_in and psutil.getloadavg()[0] < cores() and psutil.virtual_memory().available > ROOM
