# SPDX-License-Identifier: MIT
"""Reads count files with the numpy lines of docs/formats.md, taken from there as they stand.

Usage: count_file.py FORMATS.md FOLDER_OF_COUNT_FILES
"""
import re
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
except ImportError:
    print("SKIPPED: no numpy (Debian: python3-numpy)")
    sys.exit(77)

# What the files hold: words, #(w,c) as a dense matrix.
EXPECTED = {
    "nothing": ([], []),
    "one_vocabulary": (["a", "b", "c"], [[1 / 60, 2 / 60, 0], [2 / 60, 0, 0], [0, 0, 2**40 / 60]]),
    "two_vocabularies": (["the", "a b"], [[1, 0, 0.5], [0, 0, 0]]),
}


def read(program, path):
    """The variables that the documented program leaves behind."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "corpus.counts"
        copy.write_bytes(path.read_bytes())
        found = {}
        exec(program.replace("corpus.counts", str(copy)), found)  # pylint: disable=exec-used
        return found


def main():
    document, folder = Path(sys.argv[1]), Path(sys.argv[2])
    text = document.read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(import zlib.*?)```", text, re.S)
    for name, (words, matrix) in EXPECTED.items():
        found = read(program, folder / (name + ".counts"))
        dense = np.zeros((found["V"], found["C"]))
        for row, (begin, end) in enumerate(zip(found["offsets"], found["offsets"][1:])):
            for cell in range(int(begin), int(end)):
                dense[row, found["columns"][cell]] = found["values"][cell]
        assert found["words"] == words, (name, found["words"])
        assert dense.tolist() == matrix, (name, dense)
        print(name, "is read")


main()
