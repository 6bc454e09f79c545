"""The commands, a module each: its `command`, and the `SECTION` of the help that it stands in."""
