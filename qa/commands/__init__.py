"""What the command `qa` does with a folder of articles: show, count, examine, follow."""
