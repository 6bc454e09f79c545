"""What is run by hand to make parts of viva; nothing of it is installed."""
