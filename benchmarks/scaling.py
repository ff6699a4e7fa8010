#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How much faster each stage is on more threads: the curve of wall-clock time.

Only the stage itself is timed, not reading and writing. Threads run in turn, 1 2 4 1 2 4, and the
gains are taken within a round; they mean something where so many processors are free.
"""
from functools import partial

from support import (
    argument_parser,
    check_options,
    interleaved,
    machine,
    median,
    print_table,
    ratio,
    run,
    scratch,
)


def stages(options, folder):
    """What is timed: its name, arguments without threads, and the stage's name in the report."""
    counts = folder / "counts"
    text = ["--input", options.corpus, "--window", 5, "--min-count", 5]
    yield "count", ["count", *text, "--output", counts], "count"
    limited = folder / "limited.counts"
    limit = ["--max-vocab", options.words]
    run([options.program, "count", *text, *limit, "--output", limited, "--progress", "none"])
    train = ["train", "--output", folder / "vectors.bin"]
    for smoothing in (1, 0.75):
        name = f"svd, {options.words} words, d = 100, smoothing {smoothing}"
        arguments = ["--method", "svd", "--counts", limited, "--smoothing", smoothing]
        yield name, train + arguments, "factorize"
    for mode, more in (("racing", []), ("deterministic", ["--deterministic"])):
        for dim, subsample in ((100, 1e-3), (300, 1e-4)):
            arguments = ["--method", "sgns", *text, "--dim", dim, "--subsample", subsample]
            arguments += ["--epochs", options.epochs, *more]
            yield f"sgns, d = {dim}, subsampling {subsample:g}, {mode}", train + arguments, "train"
    arguments = ["--method", "wmf", "--l2", 0, "--counts", limited]
    arguments += ["--max-passes", options.passes]
    yield f"wmf, {options.words} words, d = 100", train + arguments, "factorize"


def main():
    parser = argument_parser(__doc__)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="the first is base")
    parser.add_argument("--rounds", type=int, default=3, help="each runs once a round")
    parser.add_argument("--words", type=int, default=20000, help="kept for svd and wmf")
    parser.add_argument("--epochs", type=int, default=2, help="of sgns")
    parser.add_argument("--passes", type=int, default=4, help="of wmf")
    options = parser.parse_args()
    check_options(options)
    print(machine())
    with scratch(options) as folder:
        rows = []
        for name, arguments, stage in stages(options, folder):
            common = [options.program, *arguments, "--json", "--progress", "none", "--threads"]
            jobs = {threads: partial(run, common + [threads]) for threads in options.threads}
            results = interleaved(options.rounds, jobs)
            seconds = {t: [one.report["seconds"][stage] for one in r] for t, r in results.items()}
            base = seconds[options.threads[0]]
            gains = [ratio(base, seconds[threads]) for threads in options.threads[1:]]
            rows.append([name, f"{median(base):.2f}", *gains])
        head = ["", f"s, {options.threads[0]} thread(s)"]
        print_table(head + [f"{threads} threads" for threads in options.threads[1:]], rows)


if __name__ == "__main__":
    main()
