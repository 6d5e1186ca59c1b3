"""What is sold: items and what they are made of."""
