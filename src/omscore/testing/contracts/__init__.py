"""What every adapter of a port must do: suites to subclass, with one fixture to provide."""
