"""What the commands share: where answers go, options, the bar of a run, questions of consent."""
