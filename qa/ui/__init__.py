"""The chat page: what people see, and what their clicks do."""
