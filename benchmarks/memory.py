#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Peak memory of the program beside the estimate that it prints before it works.

Runs `count` and `train` on pieces of a text and compares the peak resident size, as the system
counts it, with the limit: 1.2 times the estimate and 32 MB.
"""
import itertools
import os

from support import (
    argument_parser,
    check_options,
    fail,
    machine,
    note,
    print_table,
    run,
    scratch,
    verdict,
)

FACTOR = 1.2
SLACK = 32e6


def write_piece(corpus, share, path):
    """The first part of a text, to the end of a word."""
    size = int(os.path.getsize(corpus) * share)
    with open(corpus, "rb") as source, open(path, "wb") as target:
        while size > 0:
            block = source.read(min(size, 1 << 20))
            if not block:
                return
            target.write(block)
            size -= len(block)
        while (byte := source.read(1)) and not byte.isspace():
            target.write(byte)


def write_one_line(corpus, path):
    """The text as a single line, as some corpora come."""
    with open(corpus, "rb") as source, open(path, "wb") as target:
        for line in source:
            target.write(line.rstrip(b"\n") + b" ")


def commands(options, text, folder):
    """Name and command of each run on a text."""
    common = ["--window", options.window, "--min-count", options.min_count, "--json"]
    common += ["--progress", "none", "--threads", options.threads]
    counts = folder / "counts"
    yield "count", [options.program, "count", "--input", text, "--output", counts] + common
    for dim, vocab, smoothing in itertools.product(
        options.dims, options.max_vocab, options.smoothing
    ):
        name = f"train, d = {dim}, " + (f"{vocab} words" if vocab else "all words")
        command = [options.program, "train", "--input", text, "--output", folder / "vectors.bin"]
        command += ["--dim", dim, "--max-vocab", vocab, "--smoothing", smoothing]
        command += ["--tolerance", options.tolerance]
        yield f"{name}, smoothing {smoothing:g}", command + common
    train = [options.program, "train", "--counts", counts, "--output", folder / "vectors.bin"]
    train += ["--dim", options.dims[0], "--json", "--progress", "none"]
    train += ["--threads", options.threads, "--tolerance", options.tolerance]
    yield f"train --counts, d = {options.dims[0]}", train


def row_of(name, tokens, result):
    """A line of the table, and whether the limit was kept."""
    report = result.report
    estimate = report["estimated_memory_bytes"]
    limit = FACTOR * estimate + SLACK
    numbers = (result.peak, report["peak_memory_bytes"], estimate, limit)
    cells = [name, f"{tokens / 1e6:.2f}", report["vocabulary"], f"{report['cells'] / 1e6:.1f}"]
    cells += [f"{number / 1e6:.0f}" for number in numbers]
    return cells + [f"{result.peak / limit:.2f}", verdict(result.peak <= limit)]


def measure(options, folder):
    """All runs on all pieces."""
    rows = []
    text = folder / "text"
    for share in options.shares + ([0] if options.one_line else []):
        if share:
            write_piece(options.corpus, share, text)
        else:
            write_one_line(options.corpus, text)
        for name, command in commands(options, text, folder):
            if not any(part in name for part in options.only):
                continue
            note(f"{name} on {os.path.getsize(text) / 1e6:.1f} MB of text")
            result = run(command)
            label = name if share else f"one line: {name}"
            rows.append(row_of(label, result.report["tokens"], result))
    return rows


def main():
    parser = argument_parser(__doc__)
    parser.add_argument(
        "--shares", type=float, nargs="+", default=[0.05, 0.3, 1.0], help="parts of the text"
    )
    parser.add_argument("--dims", type=int, nargs="+", default=[100, 300], help="dimensions")
    parser.add_argument("--max-vocab", type=int, nargs="+", default=[20000, 0], help="0: all words")
    parser.add_argument("--smoothing", type=float, nargs="+", default=[1.0, 0.75], help="exponents")
    parser.add_argument("--window", type=int, default=5, help="radius of the dynamic window")
    parser.add_argument("--min-count", type=int, default=5, help="words seen less are left out")
    parser.add_argument("--tolerance", type=float, default=1e-3, help="of the factorization")
    parser.add_argument("--threads", type=int, default=2, help="threads")
    parser.add_argument(
        "--only", nargs="+", default=[""], help="runs whose name holds one of these"
    )
    parser.add_argument("--one-line", action="store_true", help="also the text as a single line")
    options = parser.parse_args()
    check_options(options)
    if any(not 0 < share <= 1 for share in options.shares):
        fail("--shares are above 0 and at most 1")
    print(machine())
    with scratch(options) as folder:
        rows = measure(options, folder)
    head = ["memory in MB", "M tokens", "words", "M cells", "peak", "peak as told", "estimate"]
    print_table(head + ["limit", "peak / limit", ""], rows)


if __name__ == "__main__":
    main()
