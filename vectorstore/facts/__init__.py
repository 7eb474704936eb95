"""What is known of an article, from where, and how exactly."""
