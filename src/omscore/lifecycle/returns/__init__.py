"""The return aggregate; read `chart`, then `messages`, then `returns`."""
