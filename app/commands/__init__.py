"""The commands, a module each, imported when called. `common` has what several need."""
