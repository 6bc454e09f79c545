"""The fine-tuning page, the experiments on it, and the engine that runs them.

`loop.py` is read as text, never imported. Importing an experiment is cheap: torch and its kin are imported
in the worker process, by the page itself.
"""
