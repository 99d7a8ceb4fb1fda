"""A framework of known speed and with faults on demand, in numpy: what the instrument is tested with."""
