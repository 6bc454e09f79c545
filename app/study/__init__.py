"""The study core: schedule, store, grading, interview, statistics and export. Nothing here draws a screen."""
