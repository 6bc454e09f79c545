"""Find the fault: cases drawn from the catalogue of faults, and the judge that runs what was mended."""
