# SPDX-License-Identifier: MIT
"""The records that trainings write beside their vectors.

Usage: train_records.py PROGRAM MAKE_SMALL_LANGUAGE
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from program import Program

QUIET = ("--progress", "none", "--threads", 2)
SMALL = ("--dim", 16, "--seed", 7)
METHODS = {
    "svd": (),
    "sgns": ("--loss", "--epochs", 2),
    "wmf": ("--max-passes", 3),
    "smf": ("--epochs", 2),
    "glove": ("--epochs", 3),
}
COMMON = (
    "record version instruction_set method contexts_by tokens vocabulary stop_reason seconds "
    "cpu_seconds peak_memory_bytes estimated_memory_bytes options files"
).split()
OWN = {
    "svd": "cells total made_with singular_values residuals rank products nonzeros".split(),
    "sgns": "epochs first_loss".split(),
    "wmf": "cells total made_with passes optimum singular_values".split(),
    "smf": "cells total made_with epochs optimum observed_deviation singular_values".split(),
    "glove": "cells total made_with epochs".split(),
}
PER_STEP = {
    "sgns": ("epochs", {"windows", "pairs", "seconds", "loss"}),
    "wmf": ("passes", {"objective", "deviation", "seconds"}),
    "smf": ("epochs", {"objective", "standard_error", "deviation", "seconds"}),
    "glove": ("epochs", {"objective", "seconds"}),
}


def check_method(program, folder, method):
    """One training from text: its record is what it prints, and holds what the document says."""
    vectors, record_file = folder / f"{method}.bin", folder / f"{method}.bin.json"
    printed = program.json(
        *("train", "--method", method, "--input", folder / "text", "--output", vectors),
        *SMALL + METHODS[method] + ("--threads", 2),
    )
    record = json.loads(record_file.read_text(encoding="utf-8"))
    assert record == printed, method
    missing = [key for key in COMMON + OWN[method] if key not in record]
    assert not missing, (method, missing)
    assert record["record"] == 1 and record["method"] == method
    assert record["contexts_by"] == {"sgns": "token counts", "glove": None}.get(
        method, "pair marginals"
    )
    options = record["options"]
    assert (options["dim"], options["seed"], options["threads"]) == (16, 7, 2)
    assert ("measure" in options) == (method == "svd") and options["window"] == 5
    assert record["files"] == {"vectors": f"{method}.bin", "contexts": None, "counts": None}
    if method in PER_STEP:
        key, fields = PER_STEP[method]
        assert len(record[key]) >= 2
        assert all(set(step) == fields for step in record[key]), record[key][0]
    if "singular_values" in OWN[method]:
        values = record["singular_values"]
        assert len(values) == 16 and values == sorted(values, reverse=True)


def check_schedules(program, folder):
    """What is not said depends on where training begins."""
    for words, schedule in (
        ((), "cooldown"),
        (("--init", "svd"), "linear"),
        (("--init", "svd", "--schedule", "cooldown"), "cooldown"),
        (("--init", "svd", "--schedule", "constant"), "constant"),
        (("--schedule", "linear"), "linear"),
    ):
        record = program.json(
            *("train", "--method", "sgns", "--input", folder / "text"),
            *("--output", folder / "schedule.bin", "--epochs", 1) + SMALL + words,
        )
        assert record["options"]["schedule"] == schedule, words


def check_places(program, folder):
    """Files are named as seen from the record; --record moves it; a pipe has none."""
    counts, elsewhere = folder / "text.counts", folder / "records"
    elsewhere.mkdir()
    program("count", "--input", folder / "text", "--output", counts, *QUIET)
    train = ("train", "--method", "svd", "--counts", counts, "--dim", 4) + QUIET
    program(
        *train + ("--output", folder / "w.bin", "--context-output", folder / "c.bin"),
        *("--record", elsewhere / "r.json"),
    )
    record = json.loads((elsewhere / "r.json").read_text(encoding="utf-8"))
    assert record["files"] == {
        "vectors": "../w.bin",
        "contexts": "../c.bin",
        "counts": "../text.counts",
    }, record["files"]
    assert "window" not in record["options"], "that of the counts is in made_with"
    assert not (folder / "w.bin.json").exists()
    before = set(folder.iterdir())
    subprocess.run(
        [str(word) for word in (program.path,) + train + ("--output", "/dev/null")],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert set(folder.iterdir()) == before


def check_refusals(program, folder):
    """What would lie on top of each other is refused before the work, and nothing is written."""
    text, vectors = folder / "text", folder / "none.bin"
    for words, status, message in (
        (("--record", vectors), 2, "is another output's file"),
        (("--context-output", folder / "none.bin.json"), 2, "is another output's file"),
        (("--record", folder / "no folder" / "r.json"), 1, "no folder"),
        (("--context-output", text), 2, "is read: name another file"),
        (("--save-vocab", folder / "." / "text"), 2, "is read: name another file"),
    ):
        command = (program.path, "train", "--input", text, "--output", vectors) + words
        result = subprocess.run([str(w) for w in command], capture_output=True, check=False)
        assert result.returncode == status, (words, result)
        assert message in result.stderr.decode(), result.stderr
        assert not list(folder.glob("none*"))


def main():
    program = Program(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(
            [sys.argv[2], "--corpus", str(folder / "text"), "--sentences", "3000"], check=True
        )
        for method in METHODS:
            check_method(program, folder, method)
        check_schedules(program, folder)
        check_places(program, folder)
        check_refusals(program, folder)
    print("records say what was trained")


main()
