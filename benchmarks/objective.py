#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How near each method comes to the optimum of the SGNS objective, and what that is worth.

`table` is Table 1 of Levy & Goldberg (NIPS 2014), measured exactly over all pairs: the deviation
(L - L_opt) / L_opt of the shifted PPMI matrix itself, of its SVD, of skip-gram by sampling, and of
weighted and stochastic factorization, with CPU seconds and word similarities. The optimum and the
deviation of the matrix are computed by numpy from the exported counts. `rare` is what vectors are
worth by their options, `head` how much of the noise stochastic factorization is to sum exactly, and
`speed` the time that weighted factorization takes to reach a deviation, on one and on two threads.
"""
import itertools
from functools import partial
from pathlib import Path

from similarity import score, sets_of
from support import (
    ROOT,
    argument_parser,
    check_options,
    interleaved,
    machine,
    median,
    note,
    print_table,
    ratio,
    read_matrix_market,
    run,
    run_peer,
    scratch,
    serve_peer,
    verdict,
)

SHAPES = {"symmetric": 1.0, "smoothed contexts": 0.75}

# CPU seconds to a deviation, load and start included: words, k, deviation, seconds.
TARGETS = [(10000, 5, 0.0974, 4.0), (10000, 5, 0.085, 11.0), (20000, 5, 0.114, 29.0)]


def matrix_itself(matrix, negatives):
    """Optimum of the objective and deviation of the shifted PPMI matrix, from exported counts."""
    import numpy as np

    counts = read_matrix_market(matrix)
    n = counts.data.astype(np.float64)
    words = np.asarray(counts.sum(axis=1)).ravel().astype(np.float64)
    contexts = np.asarray(counts.sum(axis=0)).ravel().astype(np.float64)
    total = n.sum()
    e = negatives * np.repeat(words, np.diff(counts.indptr)) * contexts[counts.indices] / total
    optimum = np.sum(n * np.log(n / (n + e)) + e * np.log(e / (n + e)))
    x = np.maximum(np.log(n / e), 0)
    # An unobserved pair is 0 in the matrix, where it costs e log 2.
    value = np.sum(-n * np.log1p(np.exp(-x)) - e * np.log1p(np.exp(x)))
    value -= (negatives * total - e.sum()) * np.log(2)
    return {"optimum": optimum, "deviation": (value - optimum) / optimum, "total": total}


# ---- our runs ------------------------------------------------------------------------------------


def count(options, folder, words):
    """A file of counts of the most frequent words; the others leave the text before windows."""
    counts = folder / f"{words}.counts"
    command = [options.program, "count", "--input", options.corpus, "--output", counts]
    command += ["--window", options.window, "--min-count", 5, "--max-vocab", words]
    run(command + ["--progress", "none"])
    return counts


def train(options, vectors, dimension, arguments):
    """Both kinds of vectors by a method."""
    command = [options.program, "train", "--output", vectors["words"], "--dim", dimension]
    command += ["--context-output", vectors["contexts"], "--progress", "none", "--json"]
    return run(command + arguments)


def methods(options, counts, words, negatives):
    """What is compared: the arguments of `train`. SGNS has word2vec's schedule."""
    text = ["--input", options.corpus, "--window", options.window, "--max-vocab", words]
    sgns = ["--method", "sgns", "--subsample", 0, "--smoothing", 1, "--collision", "keep"]
    sgns += ["--schedule", "linear", "--negatives", negatives, "--threads", options.threads] + text
    exact = ["--counts", counts, "--negatives", negatives, "--smoothing", 1]
    exact += ["--threads", options.threads]
    named = {"SVD of the shifted PPMI matrix": ["--method", "svd"] + exact}
    for epochs in options.epochs:
        named[f"SGNS by sampling, {epochs} epochs"] = sgns + ["--epochs", epochs]
    named["weighted factorization"] = ["--method", "wmf", "--l2", 0] + exact
    named["weighted factorization, L2"] = ["--method", "wmf"] + exact
    named["stochastic factorization"] = ["--method", "smf"] + exact
    return named


def deviation_of(options, vectors, counts, negatives):
    """The exact deviation of vectors, with the optimum."""
    command = [options.program, "objective", "--words", vectors["words"], "--contexts"]
    command += [vectors["contexts"], "--counts", counts, "--negatives", negatives]
    return run(command + ["--progress", "none", "--json"]).report


def table(options, sets):
    """Table 1."""
    words = options.words[0]
    with scratch(options) as folder:
        counts = count(options, folder, words)
        exported = folder / "counts.mtx"
        run([options.program, "export", counts, "--measure", "counts", "--matrix", exported])
        vectors = {side: folder / f"{side}.bin" for side in ("words", "contexts")}
        for negatives in options.negatives:
            note(f"k = {negatives:g}: the matrix itself")
            itself = run_peer("matrix_itself", matrix=exported, negatives=negatives).report
            rows = [["the shifted PPMI matrix", f"{100 * itself['deviation']:.2f} %", ""]]
            rows[0] += [""] * (len(sets) + 1)
            for dimension in options.dims:
                for name, arguments in methods(options, counts, words, negatives).items():
                    note(f"k = {negatives:g}, d = {dimension}: {name}")
                    cost = train(options, vectors, dimension, arguments)
                    found = deviation_of(options, vectors, counts, negatives)
                    # Exported counts are whole: in steps of their unit.
                    apart = found["optimum"] / found["total"] * itself["total"] / itself["optimum"]
                    assert abs(apart - 1) < 1e-9, f"the optimum is {apart - 1} from numpy's"
                    row = [f"{name}, d = {dimension}", f"{100 * found['deviation']:.2f} %"]
                    row.append(f"{cost.cpu:.1f}")
                    row.append(f"{cost.peak / 1e6:.0f}")
                    scores = run_peer("score", vectors=vectors["words"], sets=sets).report["scores"]
                    rows.append(row + [f"{one['spearman']:.3f}" for one in scores])
            pair = itself["optimum"] / itself["total"]
            print(f"{words} words, k = {negatives:g}, optimum {pair:.4f} nats a pair")
            head = ["", "deviation", "CPU s", "peak MB"] + [path.stem for path in sets]
            print_table(head, rows)


# ---- rare words ----------------------------------------------------------------------------------


def rare(options, sets):
    """Similarities of weighted factorization, k = 5, of SGNS by sampling and of the usual SVD."""
    with scratch(options) as folder:
        vectors = {side: folder / f"{side}.bin" for side in ("words", "contexts")}
        for words, dimension in itertools.product(options.words, options.dims):
            counts = count(options, folder, words)
            exact = ["--counts", counts, "--threads", options.threads]
            wmf = ["--method", "wmf"] + exact
            jobs = {f"L2 {l2:g}": wmf + ["--l2", l2] for l2 in options.l2}
            jobs["smoothed contexts"] = wmf + ["--smoothing", 0.75]
            jobs |= {f"p = {p}": wmf + ["--eig", p] for p in (0, 0.25)}
            jobs["w + c"] = wmf + ["--vectors", "w+c"]
            jobs["SVD, k = 1, smoothing 0.75"] = ["--method", "svd"] + exact
            sampled = methods(options, counts, words, 5)
            for name in (f"SGNS by sampling, {epochs} epochs" for epochs in options.epochs):
                jobs |= {f"{name}, seed {s}": sampled[name] + ["--seed", s] for s in options.seeds}
            runs = {
                name: partial(train, options, vectors, dimension, arguments)
                for name, arguments in jobs.items()
            }
            if options.raw.is_file():
                command = [options.raw, counts, vectors["words"], dimension, 5, 3]
                runs["L2 3, raw"] = partial(run, command)
            rows = []
            for name, one in runs.items():
                note(f"{words} words, d = {dimension}: {name}")
                cost = one()
                scores = run_peer("score", vectors=vectors["words"], sets=sets).report["scores"]
                values = [one["spearman"] for one in scores]
                passes = cost.report.get("passes")
                off = f"{100 * passes[-1]['deviation']:.2f} %" if passes else ""
                row = [name, off, f"{cost.cpu:.1f}", f"{sum(values) / len(values):.3f}"]
                rows.append(row + [f"{value:.3f}" for value in values])
            print(f"{options.corpus.name}, {words} words, d = {dimension}")
            print_table(["", "deviation", "CPU s", "mean"] + [path.stem for path in sets], rows)


# ---- the head of the noise -----------------------------------------------------------------------


def head(options):
    """Stochastic factorization with more or less of the noise summed exactly, after each epoch."""
    with scratch(options) as folder:
        vectors = {side: folder / f"{side}.bin" for side in ("words", "contexts")}
        for words, dimension in itertools.product(options.words, options.dims):
            counts = count(options, folder, words)
            rows = []
            for size in options.heads:
                note(f"{words} words, d = {dimension}: head {size}")
                arguments = ["--method", "smf", "--counts", counts, "--head", size]
                arguments += ["--epochs", max(options.epochs), "--threads", 1]
                cost = train(options, vectors, dimension, arguments)
                epochs = cost.report["epochs"]
                row = [f"head {size}", f"{cost.cpu:.1f}"]
                rows.append(row + [f"{100 * one['deviation']:.2f} %" for one in epochs])
            print(f"{options.corpus.name}, {words} words, d = {dimension}, k = 5, one thread")
            print_table(["", "CPU s"] + [f"epoch {i}" for i in range(len(epochs))], rows)


# ---- speed ---------------------------------------------------------------------------------------


def cpu_until(run_of, deviation):
    """CPU seconds of a whole run until a pass was so near: wall-clock time of a run on one thread."""
    report = run_of.report
    passes = report["passes"]
    begin = run_of.cpu - report["cpu_seconds"]["factorize"] - report["cpu_seconds"]["write"]
    for one in passes:
        if one["deviation"] <= deviation:
            return begin + one["seconds"]
    return None


def speed(options):
    """Seconds a pass and to the targets, and the scaling."""
    with scratch(options) as folder:
        vectors = {side: folder / f"{side}.bin" for side in ("words", "contexts")}
        rows, lines = [], []
        for words in options.words:
            counts = count(options, folder, words)
            jobs = {}
            for shape, alpha in SHAPES.items():
                for threads in (1, 2):
                    arguments = ["--method", "wmf", "--l2", 0, "--counts", counts]
                    arguments += ["--smoothing", alpha]
                    arguments += ["--max-passes", options.passes, "--threads", threads]
                    jobs[shape, threads] = partial(
                        train, options, vectors, options.dims[0], arguments
                    )
            results = interleaved(options.rounds, jobs)
            for (shape, threads), runs in results.items():
                rows.append(row_of(f"{words} words, {shape}, {threads} thread(s)", runs))
            lines += scaling(words, results)
            for size, negatives, deviation, limit in TARGETS:
                if size == words and negatives == 5:
                    times = [cpu_until(one, deviation) for one in results["symmetric", 1]]
                    took = median(times) if None not in times else float("inf")
                    lines.append(
                        f"{words} words, {100 * deviation:.2f} %: {took:.1f} CPU s, "
                        f"target {limit:g}: {verdict(took <= limit)}"
                    )
        print(f"d = {options.dims[0]}, k = 5, whole processes from a file of counts")
        head = ["", "passes", "wall s a pass", "CPU s", "deviation", "peak MB"]
        print_table(head, rows)
        for line in lines:
            print("  " + line)


def row_of(name, runs):
    """The middle of the rounds."""
    report = runs[0].report
    seconds = median([pace(one) for one in runs])
    return [
        name,
        len(report["passes"]) - 1,
        f"{seconds:.2f}",
        f"{median([one.cpu for one in runs]):.1f}",
        f"{100 * report['passes'][-1]['deviation']:.2f} %",
        f"{runs[0].peak / 1e6:.0f}",
    ]


def pace(one):
    """Wall-clock seconds of a pass, without the start."""
    passes = one.report["passes"]
    return (passes[-1]["seconds"] - passes[0]["seconds"]) / (len(passes) - 1)


def scaling(words, results):
    """One to two threads, and what the general form costs."""
    lines = []
    for shape in SHAPES:
        one, two = ([pace(r) for r in results[shape, threads]] for threads in (1, 2))
        reached = verdict(median(one) / median(two) >= 1.7)
        lines.append(f"{words} words, {shape}: 1 to 2 threads {ratio(one, two)}, 1.7: {reached}")
    general, symmetric = ([pace(r) for r in results[shape, 1]] for shape in reversed(SHAPES))
    reached = verdict(median(general) / median(symmetric) <= 3)
    lines.append(
        f"{words} words: smoothed contexts cost {ratio(general, symmetric)} times, 3: {reached}"
    )
    return lines


def main():
    serve_peer({"matrix_itself": matrix_itself, "score": score})
    parser = argument_parser(__doc__)
    parser.add_argument("what", choices=["table", "rare", "head", "speed"], help="which")
    parser.add_argument("--sets", type=Path, nargs="+", help="files of word pairs")
    parser.add_argument("--words", type=int, nargs="+", default=[10000], help="words kept")
    parser.add_argument("--dims", type=int, nargs="+", default=[100, 500], help="dimensions")
    parser.add_argument("--negatives", type=float, nargs="+", default=[1, 5, 15], help="k (table)")
    parser.add_argument("--l2", type=float, nargs="+", default=[0, 1, 3, 10, 30], help="(rare)")
    parser.add_argument("--epochs", type=int, nargs="+", default=[5], help="of SGNS and smf")
    parser.add_argument("--heads", type=int, nargs="+", default=[0, 2, 8, 32], help="(head)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="of SGNS (rare)")
    parser.add_argument(
        "--raw",
        type=Path,
        default=ROOT / "build/release/benchmarks/raw_wmf",
        help="the program raw_wmf, for vectors that are not in canonical form (rare)",
    )
    parser.add_argument("--window", type=int, default=5, help="radius of the dynamic window")
    parser.add_argument("--threads", type=int, default=2, help="of our runs (table)")
    parser.add_argument("--rounds", type=int, default=3, help="each runs once a round (speed)")
    parser.add_argument("--passes", type=int, default=8, help="of weighted factorization (speed)")
    options = parser.parse_args()
    check_options(options)
    options.raw = options.raw.resolve()
    print(machine())
    if options.what == "table":
        table(options, [path.resolve() for path in sets_of(options)])
    elif options.what == "rare":
        rare(options, [path.resolve() for path in sets_of(options)])
    elif options.what == "head":
        head(options)
    else:
        speed(options)


if __name__ == "__main__":
    main()
