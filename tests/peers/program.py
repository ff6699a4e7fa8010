# SPDX-License-Identifier: MIT
"""What the scripts share that compare the program with programs of others."""
import json
import subprocess
import sys

SKIPPED = 77


def skip(error, package):
    """Ends the script: a module of others is missing."""
    print(f"SKIPPED: {error} (Debian: {package})")
    sys.exit(SKIPPED)


class Program:
    """The program implicitmf."""

    def __init__(self, path):
        self.path = path

    def __call__(self, *words):
        """Runs a command to its end; its stdout."""
        command = [str(word) for word in (self.path,) + words]
        result = subprocess.run(command, capture_output=True, check=False)
        assert result.returncode == 0, (command, result.returncode, result.stderr.decode())
        return result.stdout.decode()

    def json(self, *words):
        """Runs a command; the JSON it prints."""
        return json.loads(self(*words, "--json", "--progress", "none"))
