"""Serve all of them until Ctrl-C, and print the variables that send every source there."""

from __future__ import annotations

import time

from tests.services import all_services, environment

if __name__ == "__main__":
    with all_services() as running:
        for variable, value in environment(running).items():
            print(f"export {variable}={value}")
        print("# serving; Ctrl-C stops it", flush=True)
        while True:
            time.sleep(3600)
