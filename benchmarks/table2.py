#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the shifted PPMI matrix, its SVD, sampling and exact factorization are worth as words.

Table 2 of Levy & Goldberg (NIPS 2014): similarities (Spearman) and analogies (3CosMul, accuracy)
of the rows of the matrix itself, of its truncated SVD (p = .5), of skip-gram by sampling, and here
also of exact factorization of the same objective, for each k. One objective for all: contexts by
their frequency (no smoothing), no subsampling, one window, one vocabulary. The matrix and the
factorizations come from one file of counts, sampling from the text. What is done is kept in the
work folder, and a run that was stopped goes on from there; after a change of the program remove
its folder.
"""
import json
import lzma
import os
import shutil

from support import (
    argument_parser,
    check_options,
    fail,
    machine,
    note,
    print_table,
    run,
    scratch,
)

SIMILARITY = {"ws353": "ws353.tsv", "men_dev": "men_dev.tsv", "simlex": "simlex999.tsv"}
ANALOGY = {"google (mixed)": "google.txt", "msr (syntactic)": "msr.txt"}


def unpack(options):
    """The text itself: that of an .xz file stands in the work folder."""
    if options.corpus.suffix != ".xz":
        return
    text = options.work / options.corpus.stem
    if not text.is_file():
        note(f"unpacking {options.corpus.name}")
        part = text.with_suffix(".part")
        with lzma.open(options.corpus) as packed, open(part, "wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        os.replace(part, text)
    options.corpus = text


def evaluation_files(options):
    """Files of word pairs and of questions."""
    folder = options.data / "eval"
    pairs = [folder / "similarity" / name for name in SIMILARITY.values()]
    questions = [folder / "analogy" / name for name in ANALOGY.values()]
    for path in pairs + questions:
        if not path.is_file():
            fail(f"no evaluation set {path}; name another folder with --data")
    return ["--similarity", *pairs, "--analogy", *questions]


def text_options(options):
    """How the text is read, by counting and by sampling alike."""
    command = ["--input", options.corpus, "--window", options.window, "--window-shape", "uniform"]
    return command + ["--min-count", options.min_count, "--max-vocab", options.words]


def representations(options, counts, negatives):
    """Arguments of `train` by name; none for the matrix itself. SGNS has word2vec's schedule."""
    exact = ["--counts", counts, "--smoothing", 1, "--negatives", negatives]
    sampling = text_options(options) + ["--smoothing", 1, "--subsample", 0]
    sampling += ["--schedule", "linear", "--negatives", negatives, "--epochs", options.epochs]
    methods = {
        "SPPMI": None,
        f"SVD d={options.dim}": ["--method", "svd", "--eig", 0.5] + exact,
    }
    for seed in options.seeds:
        name = f"SGNS d={options.dim} epochs={options.epochs} seed={seed}"
        methods[name] = ["--method", "sgns", "--seed", seed] + sampling
    for l2 in options.l2:
        exactly = ["--method", "wmf", "--l2", l2, "--max-passes", options.max_passes]
        name = f"exact d={options.dim} L2={l2:g}"
        methods[name] = exactly + ["--eig", 0.5] + exact
    return methods


def score_matrix(options, counts, negatives, sets):
    """The rows of the matrix itself."""
    command = [options.program, "evaluate", "--matrix", counts, "--smoothing", 1]
    return evaluate(options, command + ["--negatives", negatives], sets)


def score_vectors(options, arguments, sets):
    """Trains and scores word vectors."""
    with scratch(options) as folder:
        vectors = folder / "words.bin"
        command = [options.program, "train", "--output", vectors, "--dim", options.dim]
        command += ["--threads", options.threads, "--json", "--progress", "none"]
        trained = run(command + arguments)
        scores = evaluate(options, [options.program, "evaluate", vectors], sets)
    passes = trained.report.get("passes")
    return scores | {
        "training": trained.cpu,
        "passes": len(passes) - 1 if passes else None,
        "deviation": passes[-1]["deviation"] if passes else None,
    }


def evaluate(options, command, sets):
    """Scores and coverage of each set in the order of the table."""
    command = command + sets + ["--method", "3cosmul", "--threads", options.threads]
    scored = run(command + ["--json", "--progress", "none"])
    report = scored.report
    questions = [one["total"] for one in report["analogy"]]
    return {
        "scores": [one["spearman"] for one in report["similarity"]]
        + [one["accuracy"] for one in questions],
        "coverage": [
            f"{one['covered']} of {one['pairs']} pairs" for one in report["similarity"]
        ]
        + [f"{one['covered']} of {one['questions']} questions" for one in questions],
        "evaluation": scored.cpu,
    }


def kept(folder, name, make):
    """The JSON value of a finished part: that in the folder, or made and put there."""
    path = folder / f"{name}.json"
    if not path.is_file():
        note(name)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(make()), encoding="ascii")
        os.replace(part, path)
    return json.loads(path.read_text(encoding="ascii"))


def make_counts(options, folder):
    """The file of counts, and what the program said of it."""
    counts = folder / "counts"

    def make():
        command = [options.program, "count", "--output", counts] + text_options(options)
        counted = run(command + ["--threads", options.threads, "--json", "--progress", "none"])
        facts = {name: counted.report[name] for name in ("tokens", "vocabulary", "cells")}
        return facts | {"cpu": counted.cpu}

    return counts, kept(folder, "counting", make)


def row_of(name, negatives, part):
    """A line of the table."""
    training = "" if part.get("training") is None else f"{part['training']:.1f}"
    passes = part.get("passes") or ""
    off = "" if part.get("deviation") is None else f"{100 * part['deviation']:.2f} %"
    values = ["-" if value is None else f"{value:.3f}" for value in part["scores"]]
    costs = [training, f"{part['evaluation']:.1f}", passes, off]
    return [f"{name}, k = {negatives:g}"] + values + costs


def table(options, sets):
    """Makes what is not there yet, and prints it all."""
    size = options.corpus.stat().st_size
    folder = options.work / (
        f"table2-{options.corpus.stem}-{size}-{options.words}-words-seen-{options.min_count}"
        f"-window-{options.window}"
    )
    folder.mkdir(exist_ok=True)
    counts, facts = make_counts(options, folder)
    rows, coverage = [], []
    for number, negatives in enumerate(options.negatives):
        if number:
            rows.append([""] * (len(SIMILARITY) + len(ANALOGY) + 5))
        for name, arguments in representations(options, counts, negatives).items():
            if arguments is None:
                part = kept(
                    folder,
                    f"{name} k={negatives:g}",
                    lambda k=negatives: score_matrix(options, counts, k, sets),
                )
            else:
                limit = f" passes={options.max_passes}" if name.startswith("exact") else ""
                part = kept(
                    folder,
                    f"{name}{limit} k={negatives:g}",
                    lambda words=arguments: score_vectors(options, words, sets),
                )
            rows.append(row_of(name, negatives, part))
            coverage = part["coverage"]
    print(
        f"{options.corpus.name}: {facts['tokens']:,} tokens, {facts['vocabulary']:,} words, "
        f"{facts['cells']:,} cells of counts ({facts['cpu']:.1f} CPU s)"
    )
    print(
        f"window {options.window} on each side, every distance alike; contexts not smoothed, no "
        "subsampling; SVD and exact: p = 0.5; analogies by 3CosMul among all words"
    )
    names = [*SIMILARITY, *ANALOGY]
    print("; ".join(f"{name}: {some}" for name, some in zip(names, coverage)))
    print_table(["", *names, "CPU s", "to score", "passes", "deviation"], rows)


def main():
    parser = argument_parser(__doc__)
    parser.set_defaults(corpus="corpus_a.txt.xz")
    parser.add_argument("--words", type=int, default=20000, help="most frequent words kept")
    parser.add_argument("--min-count", type=int, default=5, help="words seen less are left out")
    parser.add_argument("--window", type=int, default=2, help="tokens to each side")
    parser.add_argument("--dim", type=int, default=300, help="dimension")
    parser.add_argument("--negatives", type=float, nargs="+", default=[1, 5, 15], help="k")
    parser.add_argument("--epochs", type=int, default=5, help="of sampling")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="of sampling")
    parser.add_argument("--l2", type=float, nargs="+", default=[3], help="of exact factorization")
    parser.add_argument("--max-passes", type=int, default=100, help="of exact factorization")
    parser.add_argument("--threads", type=int, default=2, help="of all runs")
    options = parser.parse_args()
    check_options(options)
    sets = evaluation_files(options)
    print(machine())
    unpack(options)
    table(options, sets)


if __name__ == "__main__":
    main()
