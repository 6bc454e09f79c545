"""Starts, keeps warm, follows and ends the worker processes, and lets their numbers come together."""
