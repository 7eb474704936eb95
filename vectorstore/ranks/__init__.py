"""OpenAI's token ranks, packed: xz of (length byte, token bytes) in rank order; read by `vectorstore.tokens`."""
