"""How good Footnote is: hand-written questions, metrics, thresholds, and a report."""
