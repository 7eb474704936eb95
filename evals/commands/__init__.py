"""The verbs of `python -m evals`, one file each."""
