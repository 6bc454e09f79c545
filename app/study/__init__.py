"""The study core: schedule, store, interview, statistics and export. Nothing here draws a screen."""
