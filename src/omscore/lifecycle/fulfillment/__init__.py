"""The fulfillment order aggregate; read `chart`, then `messages`, then `fulfillment`."""
