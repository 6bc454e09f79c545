"""What an answer says: its words, the key points that it names, and what in it is wrong."""
