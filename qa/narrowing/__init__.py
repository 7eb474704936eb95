"""Where a question asks: the articles that it names by author, outlet, title, file or day."""
