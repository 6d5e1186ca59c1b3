"""The quote aggregate; read `chart`, then `messages`, then `quote`."""
