"""The questions that a host may ask of what is kept; nothing in here changes anything."""
