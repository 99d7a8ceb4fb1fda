"""`python -m barometer.cli` is `barometer`."""

from barometer.cli.app import main

main(prog_name="barometer")
