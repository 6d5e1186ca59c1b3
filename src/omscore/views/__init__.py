"""What people read, folded from events."""
