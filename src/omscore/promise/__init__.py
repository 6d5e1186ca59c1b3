"""What can be promised: plans with dates that nobody has committed to."""
