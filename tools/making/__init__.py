"""What makes the embedded checkpoint and the embedded corpus; nothing here is needed to use them."""
