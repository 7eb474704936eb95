"""Formats of articles: each reader turns the bytes of a file into its text and what the format tells of it."""
