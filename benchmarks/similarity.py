#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Whether the factorization loses anything: word similarity of our vectors and of scipy's.

Trains word vectors with the program, has it export the association matrix, factorizes that with
scipy's svds, and scores both sets of vectors (U S^p) on word similarity sets: lines
"word1 TAB word2 TAB score", Spearman's correlation of cosines and scores with mean ranks for ties,
pairs with an unknown word left out and counted. With --vectors only those files are scored.
"""
from pathlib import Path

from support import (
    Stages,
    argument_parser,
    check_options,
    fail,
    machine,
    note,
    peer_versions,
    print_table,
    read_vectors,
    read_words,
    run,
    run_peer,
    scratch,
    serve_peer,
    verdict,
)
from svd import TASKS, count_text, export_matrix, load, scipy_triplets


def spearman(words, vectors, path):
    """Correlation, pairs used, all pairs."""
    import numpy as np
    from scipy.stats import spearmanr

    ids = {word: row for row, word in enumerate(words)}
    lines = Path(path).read_bytes().splitlines()
    pairs = [fields for fields in (line.split(b"\t") for line in lines) if len(fields) == 3]
    known = [(ids[a], ids[b], float(score)) for a, b, score in pairs if a in ids and b in ids]
    if len(known) < 2:
        return {"spearman": float("nan"), "used": len(known), "pairs": len(pairs)}
    left, right = (vectors[[pair[side] for pair in known]].astype(np.float64) for side in (0, 1))
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    cosines = (left * right).sum(axis=1) / np.where(lengths > 0, lengths, 1)
    correlation = float(spearmanr(cosines, [pair[2] for pair in known])[0])
    return {"spearman": correlation, "used": len(known), "pairs": len(pairs)}


def score(vectors, sets):
    """The scores of a file of vectors on each set."""
    words, rows = read_vectors(vectors)
    return {"scores": [spearman(words, rows, path) for path in sets]}


def score_peer(matrix, counts, kind, dimension, power, sets):
    """Factorizes by svds and scores U S^p."""
    stages = Stages()
    csr = load(matrix, kind)
    with stages.stage("factorize"):
        left, values, _ = scipy_triplets(csr, "svds", dimension, 0)
    words, rows = read_words(counts), left * values**power
    scores = [spearman(words, rows, path) for path in sets]
    return stages.report(scores=scores, values=values.tolist())


def sets_of(options):
    """The files of word pairs: those named, or the three usual ones, or all there are."""
    if options.sets:
        missing = [path for path in options.sets if not path.is_file()]
        if missing:
            fail(f"no word pairs {missing[0]}")
        return options.sets
    folder = options.data / "eval/similarity"
    usual = [folder / f"{name}.tsv" for name in ("ws353", "men_dev", "simlex999")]
    found = [path for path in usual if path.is_file()] or sorted(folder.glob("*.tsv"))
    if not found:
        fail(f"no word pairs in {folder}; name files with --sets")
    return found


def score_files(options, sets):
    """Only scores the files that were named."""
    rows = []
    for path in options.vectors:
        if not path.is_file():
            fail(f"no vectors {path}")
        scores = run_peer("score", vectors=path, sets=sets).report["scores"]
        cells = [f"{s['spearman']:.4f} ({s['used']}/{s['pairs']})" for s in scores]
        rows.append([path.name] + cells)
    print_table(["Spearman (pairs used)"] + [path.stem for path in sets], rows)


def train(options, counts, folder):
    """Our vectors of the counts."""
    vectors = folder / "words.bin"
    command = [options.program, "train", "--method", "svd", "--counts", counts]
    command += ["--output", vectors, "--dim", options.dim, "--smoothing", options.smoothing]
    command += ["--negatives", options.negatives, "--eig", options.eig]
    if options.tolerance:
        command += ["--tolerance", options.tolerance]
    return vectors, run(command + ["--json", "--progress", "none"]).report


def compare(options, sets, folder):
    """Both factorizations of one matrix; the tables and targets."""
    note("counting and training")
    counts = count_text(options, folder)
    vectors, report = train(options, counts, folder)
    dump, facts = export_matrix(options, counts, options.smoothing, options.negatives, folder)
    note(f"scipy svds of {facts['rows']} words, {facts['nonzeros']:,} nonzeros, d = {options.dim}")
    peer = run_peer(
        "score_peer",
        matrix=dump,
        counts=counts,
        kind="float32" if options.single else "float64",
        dimension=options.dim,
        power=options.eig,
        sets=sets,
    ).report
    ours = run_peer("score", vectors=vectors, sets=sets).report["scores"]
    rows, worst = [], 0.0
    for path, a, b in zip(sets, ours, peer["scores"]):
        difference = a["spearman"] - b["spearman"]
        worst = max(worst, abs(difference))
        rows.append([path.stem, f"{a['used']}/{a['pairs']}", f"{a['spearman']:.4f}"])
        rows[-1] += [f"{b['spearman']:.4f}", f"{difference:+.4f}"]
    print(
        f"{facts['rows']} words, {facts['nonzeros']:,} nonzeros, d = {options.dim}, smoothing "
        f"{options.smoothing:g}, k = {options.negatives:g}, p = {options.eig:g}; factorization "
        f"{report['cpu_seconds']['factorize']:.1f} CPU s, scipy's "
        f"{peer['cpu_seconds']['factorize']:.1f}"
    )
    print_table(["Spearman", "pairs used", "implicitmf", "scipy svds", "difference"], rows)
    errors = [abs(a - b) / b for a, b in zip(report["singular_values"], peer["values"])]
    first = max(errors[: max(1, options.dim - 10)])
    print(f"  largest difference {worst:.4f}, target .003: {verdict(worst <= 0.003)}")
    reached = verdict(first <= 1e-4)
    print(f"  singular values, first d - 10: {first:.1e} apart, target 1e-4: {reached}")
    print(f"  singular values, all: {max(errors):.1e} apart")


def main():
    serve_peer({**TASKS, "score": score, "score_peer": score_peer})
    parser = argument_parser(__doc__)
    parser.add_argument("--vectors", type=Path, nargs="+", help="score these files and no others")
    parser.add_argument("--sets", type=Path, nargs="+", help="files of word pairs")
    parser.add_argument("--dim", type=int, default=300, help="dimension")
    parser.add_argument("--window", type=int, default=5, help="radius of the dynamic window")
    parser.add_argument("--min-count", type=int, default=5, help="words seen less are left out")
    parser.add_argument("--max-vocab", type=int, default=0, help="most words kept; 0: all")
    parser.add_argument("--smoothing", type=float, default=0.75, help="exponent of the contexts")
    parser.add_argument("--negatives", type=float, default=1.0, help="k")
    parser.add_argument("--eig", type=float, default=0.5, help="power p of the singular values")
    parser.add_argument("--tolerance", type=float, help="of our factorization (default: its own)")
    parser.add_argument("--single", action="store_true", help="scipy in single precision")
    options = parser.parse_args()
    sets = [path.resolve() for path in sets_of(options)]
    if options.vectors:
        score_files(options, sets)
        return
    check_options(options)
    print(machine())
    print(peer_versions())
    with scratch(options) as folder:
        compare(options, sets, folder)


if __name__ == "__main__":
    main()
