"""Articles become searchable passages: load, chunk, embed, store, sync, search. Knows nothing of questions."""
