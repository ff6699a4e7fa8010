#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How much faster each stage is on more threads: the curve of wall-clock time.

Only the stage itself is timed, not reading and writing. Threads run in turn, 1 2 4 1 2 4, and the
gains are taken within a round; they mean something where so many processors are free. What threads
gain that write to the same vectors depends on how far apart the processors are, which a virtual
machine may change as it goes: so that is measured before each round.
"""
from functools import partial

from support import (
    argument_parser,
    benchmark_program,
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
    parser.add_argument("--only", default="", help="stages whose name begins so, as sgns; all")
    parser.add_argument("--rounds", type=int, default=3, help="each runs once a round")
    parser.add_argument("--words", type=int, default=20000, help="kept for svd and wmf")
    parser.add_argument("--epochs", type=int, default=2, help="of sgns")
    parser.add_argument("--passes", type=int, default=4, help="of wmf")
    options = parser.parse_args()
    check_options(options)
    print(machine())
    probe = benchmark_program(options, "round_trip")
    with scratch(options) as folder:
        rows = []
        for name, arguments, stage in stages(options, folder):
            if not name.startswith(options.only):
                continue
            common = [options.program, *arguments, "--json", "--progress", "none", "--threads"]
            jobs = {threads: partial(run, common + [threads]) for threads in options.threads}
            if probe:
                jobs = {"distance": partial(run, [probe]), **jobs}
            results = interleaved(options.rounds, jobs)
            far = [one.report["nanoseconds"] for one in results.pop("distance", [])]
            seconds = {t: [one.report["seconds"][stage] for one in r] for t, r in results.items()}
            base = seconds[options.threads[0]]
            gains = [ratio(base, seconds[threads]) for threads in options.threads[1:]]
            rows.append([name, f"{median(base):.2f}", *gains, " ".join(map(str, far))])
        head = ["", f"s, {options.threads[0]} thread(s)"]
        head += [f"{threads} threads" for threads in options.threads[1:]]
        print_table(head + ["line there and back, ns, by round"], rows)


if __name__ == "__main__":
    main()
