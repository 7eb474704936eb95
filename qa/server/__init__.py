"""The web server: the page, and the ways in for programs."""
