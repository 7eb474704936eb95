"""What lasts of conversations: questions, answers with all footnotes, and what readers said of them."""
