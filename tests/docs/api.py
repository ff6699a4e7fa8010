# SPDX-License-Identifier: MIT
"""Makes the documentation with doxygen: not a warning, and the pages are there.

Usage: api.py DOXYFILE OUTPUT_FOLDER
Exits with 77 where doxygen is not installed.
"""
import pathlib
import shutil
import subprocess
import sys

PAGES = {
    "index.html": "Levy",  # the README
    "classimplicitmf_1_1CooccurrenceCounts.html": "CooccurrenceCounts",
    "structimplicitmf_1_1DynamicWindow.html": "word2vec",
}


def main() -> int:
    doxyfile, output = sys.argv[1], pathlib.Path(sys.argv[2])
    doxygen = shutil.which("doxygen")
    if doxygen is None:
        print("SKIPPED: no doxygen (Debian: doxygen)", file=sys.stderr)
        return 77
    shutil.rmtree(output / "html", ignore_errors=True)
    if subprocess.run([doxygen, doxyfile], check=False).returncode != 0:
        print(f"FAILED: doxygen warns of the above ({doxyfile})", file=sys.stderr)
        return 1
    failed = False
    for name, content in PAGES.items():
        page = output / "html" / name
        if not page.is_file() or content not in page.read_text(encoding="utf-8"):
            print(f"FAILED: {page} is missing or says nothing of {content}", file=sys.stderr)
            failed = True
    for page in (output / "html").glob("*_1_1detail*.html"):
        print(f"FAILED: {page.name} documents what is internal", file=sys.stderr)
        failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
