#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""From a text to co-occurrence counts: implicitmf against numpy + scipy (and GloVe), side by side.

All read the same text, keep the same words, weight a context at distance d by L - d + 1 (the
dynamic window, in integer steps), and write their counts to a file. Their counts are compared
exactly. numpy + scipy comes plain, as most would write it, and tuned. GloVe weights by 1/d, so only
its cost is compared; it joins in where its programs vocab_count and cooccur are on the PATH.
"""
import subprocess
from array import array
from collections import Counter, defaultdict
from itertools import chain

from support import (
    Stages,
    argument_parser,
    check_options,
    fail,
    find_tool,
    interleaved,
    machine,
    median,
    peer_versions,
    print_table,
    ratio,
    read_matrix_market,
    read_words,
    run,
    run_peer,
    scratch,
    serve_peer,
    verdict,
)

ONE, TWO = "implicitmf, 1 thread", "implicitmf, 2 threads"
STYLES = ("plain", "tuned")

# ---- the peer: numpy + scipy ---------------------------------------------------------------------


def order_words(counts, min_count, max_vocab):
    """Words that stay, by falling count, then by bytes; counts are (word, count) pairs."""
    kept = sorted((-count, word) for word, count in counts if count >= min_count)
    return [word for _, word in kept][: max_vocab or None]


def plain_read(corpus, min_count, max_vocab):
    """As most would write it: a Counter, a dictionary, lists of ids."""
    import numpy as np

    with open(corpus, "rb") as file:
        lines = [line.split() for line in file]
    counts = Counter()
    for line in lines:
        counts.update(line)
    words = order_words(counts.items(), min_count, max_vocab)
    ids = {word: number for number, word in enumerate(words)}
    rows = [[ids[word] for word in line if word in ids] for line in lines]
    lengths = [len(row) for row in rows]
    stream = np.fromiter(chain.from_iterable(rows), np.int32, sum(lengths))
    line_of = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
    return words, stream, line_of, sum(counts.values())


def tuned_read(corpus, min_count, max_vocab):
    """The quickest that was found: words numbered as they come, no Python code for each word."""
    import numpy as np

    numbers = defaultdict()
    numbers.default_factory = numbers.__len__
    number_of = numbers.__getitem__
    numbered, lengths = array("i"), []
    with open(corpus, "rb") as file:
        for line in file:
            row = line.split()
            numbered.extend(map(number_of, row))
            lengths.append(len(row))
    numbered = np.frombuffer(numbered, np.int32)
    counts = np.bincount(numbered, minlength=len(numbers))
    words = order_words(zip(numbers, counts.tolist()), min_count, max_vocab)
    ids = np.full(len(numbers), -1, np.int32)
    ids[[numbers[word] for word in words]] = np.arange(len(words), dtype=np.int32)
    stream = ids[numbered]
    inside = stream >= 0
    line_of = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return words, stream[inside], line_of[inside], len(numbered)


def pairs_at(d, ids, line_of, weight, kind):
    """Weights, left and right words of the pairs at a distance within a line."""
    import numpy as np

    same_line = line_of[:-d] == line_of[d:]
    left = ids[:-d][same_line]
    return np.full(len(left), weight, kind), (left, ids[d:][same_line])


def both_sides(behind):
    """Adds the pairs seen from the other word."""
    counts = (behind + behind.T).tocsr()
    counts.sort_indices()
    return counts


def plain_count(ids, line_of, size, window):
    """All weighted pairs as one coo, summed by scipy as csr."""
    import numpy as np
    from scipy import sparse

    kind = np.int32 if len(ids) * window < 2**30 else np.int64
    pairs = [pairs_at(d, ids, line_of, window - d + 1, kind) for d in range(1, window + 1)]
    weights = np.concatenate([weight for weight, _ in pairs])
    left, right = (np.concatenate([places[side] for _, places in pairs]) for side in (0, 1))
    return both_sides(sparse.coo_matrix((weights, (left, right)), shape=(size, size)).tocsr())


def tuned_count(ids, line_of, size, window):
    """A coo for each distance, and their csr added two by two."""
    import numpy as np
    from scipy import sparse

    kind = np.int32 if len(ids) * window < 2**30 else np.int64
    parts = []
    for d in range(1, window + 1):
        pairs = pairs_at(d, ids, line_of, window - d + 1, kind)
        parts.append(sparse.coo_matrix(pairs, shape=(size, size)).tocsr())
    while len(parts) > 1:
        parts = [sum(parts[i + 1 : i + 2], parts[i]) for i in range(0, len(parts), 2)]
    return both_sides(parts[0])


def numpy_route(style, corpus, window, min_count, max_vocab, output):
    """The whole route, by stages."""
    import numpy as np

    read, count = (plain_read, plain_count) if style == "plain" else (tuned_read, tuned_count)
    stages = Stages()
    with stages.stage("read"):
        words, ids, line_of, tokens = read(corpus, min_count, max_vocab)
    with stages.stage("count"):
        counts = count(ids, line_of, len(words), window)
    with stages.stage("write"):
        np.savez(
            output,
            words=np.array(b"\n".join(words)),
            indptr=counts.indptr,
            indices=counts.indices,
            data=counts.data,
        )
    return stages.report(tokens=tokens, vocabulary=len(words), cells=int(counts.nnz))


def compare(counts, matrix, peer):
    """Whether both routes have the same words in the same order, and the same integers."""
    import numpy as np

    theirs = np.load(peer)
    words = bytes(theirs["words"]).split(b"\n")
    if words != read_words(counts):
        return {"same": False, "why": "the vocabularies differ"}
    ours = read_matrix_market(matrix)
    for name in ("indptr", "indices", "data"):
        a, b = getattr(ours, name), theirs[name]
        if a.shape != b.shape or not np.array_equal(a, b):
            return {"same": False, "why": f"the CSR arrays differ in {name}"}
    return {"same": True, "cells": int(ours.nnz), "sum": int(ours.data.sum())}


# ---- side by side --------------------------------------------------------------------------------


def our_route(options, window, threads, output):
    """The command to be measured."""
    command = [options.program, "count", "--input", options.corpus, "--output", output]
    command += ["--window", window, "--window-shape", "dynamic", "--threads", threads]
    command += ["--min-count", options.min_count, "--json", "--progress", "none"]
    if options.max_vocab:
        command += ["--max-vocab", options.max_vocab]
    return run(command)


def glove_route(options, window, folder):
    """GloVe's two programs, which read the text from a pipe; a shell so that both are counted."""
    limit = f"-max-vocab {options.max_vocab}" if options.max_vocab else ""
    script = (
        f"vocab_count -verbose 0 -min-count {options.min_count} {limit} < \"$1\" > \"$2\" && "
        f"cooccur -verbose 0 -symmetric 1 -window-size {window} -memory {options.glove_memory} "
        f"-vocab-file \"$2\" -overflow-file \"$3\" < \"$1\" > \"$4\""
    )
    names = [folder / name for name in ("glove.vocab", "glove.overflow", "glove.cooccur")]
    return run(["bash", "-c", script, "glove", options.corpus, *names])


def check_same(options, window, folder):
    """Exports our counts as Matrix Market and compares them with the peer's arrays."""
    counts, matrix = folder / "ours.counts", folder / "ours.mtx"
    subprocess.run(
        [options.program, "export", counts, "--matrix", matrix, "--measure", "counts"]
        + ["--progress", "none"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for style in STYLES:
        peer = folder / f"{style}.npz"
        found = run_peer("compare", counts=counts, matrix=matrix, peer=peer).report
        if not found["same"]:
            fail(f"window {window}, {style}: {found['why']}")
    matrix.unlink()
    print(
        f"window {window}: all have the same words and the same {found['cells']:,} cells, "
        f"which sum to {found['sum']:,} steps"
    )


def measure(options, window, folder):
    """One window: all routes in turn, then the comparison of the counts."""

    def ours(threads):
        return lambda: our_route(options, window, threads, folder / "ours.counts")

    def theirs(style):
        return lambda: run_peer(
            "numpy_route",
            style=style,
            corpus=options.corpus,
            window=window,
            min_count=options.min_count,
            max_vocab=options.max_vocab,
            output=folder / f"{style}.npz",
        )

    jobs = {ONE: ours(1), "numpy + scipy, plain": theirs("plain"), TWO: ours(2)}
    jobs["numpy + scipy, tuned"] = theirs("tuned")
    if find_tool("cooccur") and find_tool("vocab_count"):
        jobs["GloVe"] = lambda: glove_route(options, window, folder)
    results = interleaved(options.rounds, jobs)
    check_same(options, window, folder)
    return results


def whole(runs, clock):
    """CPU or wall-clock seconds of the whole process in each round."""
    return [r.cpu if clock == "cpu" else r.wall for r in runs]


def stage(runs, clock):
    """CPU or wall-clock seconds of counting alone in each round."""
    return [r.report["cpu_seconds" if clock == "cpu" else "seconds"]["count"] for r in runs]


def print_results(window, results):
    """The table of one window and how its targets stand."""
    tokens = results[ONE][0].report["tokens"]
    rows = []
    for part, seconds in (("text to file", whole), ("counting", stage)):
        for name, runs in results.items():
            if seconds is stage and "seconds" not in runs[0].report:
                continue
            cpu, wall = (median(seconds(runs, clock)) for clock in ("cpu", "wall"))
            peak = f"{median([r.peak for r in runs]) / 1e6:.0f}" if seconds is whole else ""
            rows.append([f"{name}: {part}", f"{cpu:.2f}", f"{wall:.2f}"])
            rows[-1] += [f"{tokens / cpu / 1e6:.2f}", f"{tokens / wall / 1e6:.2f}", peak]
            rows[-1] += [ratio(seconds(runs, "cpu"), seconds(results[ONE], "cpu"))]
            rows[-1] += [ratio(seconds(runs, "wall"), seconds(results[TWO], "wall"))]
    head = [f"window {window}", "CPU s", "wall s", "M tokens/CPU s", "M tokens/s", "peak MB"]
    print_table(head + ["CPU / ours, 1 thread", "wall / ours, 2 threads"], rows)
    print_targets(window, results)


def print_targets(window, results):
    """The targets, by the middle of the rounds' ratios."""
    one, two = results[ONE], results[TWO]

    def say(text, others, ours, target):
        reached = median([a / b for a, b in zip(others, ours)]) >= target
        print(f"  {text}: {ratio(others, ours)}, target {target}: {verdict(reached)}")

    print(f"window {window}:")
    for name, runs in results.items():
        if not name.startswith("numpy"):
            continue
        for part, seconds, target in (("text to file", whole, 8), ("counting", stage, 6)):
            say(f"{name}, {part}, CPU", seconds(runs, "cpu"), seconds(one, "cpu"), target)
            wall = (seconds(runs, "wall"), seconds(two, "wall"))
            say(f"{name}, {part}, wall, our 2 threads", *wall, target)
    for part, seconds in (("text to file", whole), ("counting", stage)):
        say(f"1 to 2 threads, {part}, wall", seconds(one, "wall"), seconds(two, "wall"), 1.7)
    if "GloVe" in results:
        say("GloVe's memory / ours", [r.peak for r in results["GloVe"]], [r.peak for r in two], 2)
    print()


def main():
    serve_peer({"numpy_route": numpy_route, "compare": compare})
    parser = argument_parser(__doc__)
    parser.add_argument("--windows", type=int, nargs="+", default=[5, 2, 10], help="radii")
    parser.add_argument("--min-count", type=int, default=5, help="words seen less are left out")
    parser.add_argument("--max-vocab", type=int, default=0, help="most words kept; 0: all")
    parser.add_argument("--rounds", type=int, default=3, help="each program runs once a round")
    parser.add_argument("--glove-memory", type=float, default=1.0, help="GloVe's -memory, in GB")
    options = parser.parse_args()
    check_options(options)
    print(machine())
    print(peer_versions())
    if not find_tool("cooccur"):
        print("GloVe's cooccur is not on the PATH: left out")
    with scratch(options) as folder:
        for window in options.windows:
            print_results(window, measure(options, window, folder))


if __name__ == "__main__":
    main()
