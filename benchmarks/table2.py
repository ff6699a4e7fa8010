#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What words are worth by method and k: Table 2 of Levy & Goldberg (NIPS 2014), and weighted
factorization beside it.

From one text, vocabulary and uniform window of 2 tokens to each side: the rows of the shifted PPMI
matrix, its SVD (U S^.5), skip-gram by sampling, and weighted factorization, which maximises the
objective of skip-gram without sampling; scored by Spearman's correlation of cosines on word pairs,
and by 3CosMul on analogies, in percent of the questions whose words are all known. Contexts are not
smoothed and frequent words not left out, so that one objective is compared. A part that is done is
kept in the work folder: what was broken off goes on where it was.
"""
import json
from pathlib import Path

from support import argument_parser, check_options, fail, machine, note, print_table, run

METHODS = {
    "sppmi": "shifted PPMI",
    "svd": "SVD",
    "sgns": "SGNS by sampling",
    "wmf": "weighted factorization",
}


def settings_of(options):
    """What the results depend on; the names of kept files are made of it."""
    text = f"{options.corpus.stem}-{options.corpus.stat().st_size}"
    return f"table2-{text}-{options.vocabulary}"


def kept(path, make):
    """The JSON of a file, made first if it is not there."""
    if not path.is_file():
        result = make()
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(result), encoding="utf-8")
        partial.rename(path)
    return json.loads(path.read_text(encoding="utf-8"))


def text_arguments(options):
    """How the text is read, the same for counts and for sampling."""
    arguments = ["--input", options.corpus, "--window", 2, "--window-shape", "uniform"]
    arguments += ["--max-vocab", options.vocabulary, "--threads", options.threads]
    return arguments + ["--progress", "none", "--json"]


def count(options, counts):
    """Makes the counts; CPU seconds."""
    note("counting")
    command = [options.program, "count", "--output", counts]
    return {"cpu": run(command + text_arguments(options)).cpu}


def train(options, method, negatives, counts, vectors):
    """Trains word vectors; CPU seconds, and what the method reports of its passes."""
    command = [options.program, "train", "--method", method, "--output", vectors]
    command += ["--dim", options.dim, "--negatives", negatives, "--smoothing", 1]
    if method == "sgns":
        command += ["--subsample", 0, "--collision", "keep", "--epochs", options.epochs]
        command += text_arguments(options)
    else:
        command += ["--counts", counts, "--threads", options.threads, "--progress", "none"]
        command += ["--json"]
    if method == "wmf":
        command += ["--l2", options.l2, "--max-passes", options.max_passes]
    done = run(command)
    cost = {"cpu": done.cpu}
    if passes := done.report.get("passes"):
        cost |= {"passes": len(passes) - 1, "deviation": passes[-1]["deviation"]}
    return cost


def evaluate(options, sets, source):
    """Scores and coverage by name of the set."""
    command = [options.program, "evaluate"] + source + ["--method", "3cosmul"]
    command += ["--similarity"] + sets["similarity"] + ["--analogy"] + sets["analogy"]
    report = run(command + ["--threads", options.threads, "--progress", "none", "--json"]).report
    found = {}
    for one in report["similarity"]:
        found[Path(one["file"]).stem] = [one["spearman"], one["covered"], one["pairs"]]
    for one in report["analogy"]:
        total = one["total"]
        found[Path(one["file"]).stem] = [total["accuracy"], total["covered"], total["questions"]]
    return found


def measure(options, sets, method, negatives, counts):
    """A row of the table."""
    note(f"k = {negatives:g}: {METHODS[method]}")
    if method == "sppmi":
        source = ["--matrix", counts, "--smoothing", 1, "--negatives", negatives]
        return {"cpu": 0.0, "scores": evaluate(options, sets, source)}
    vectors = counts.with_name(f"{method}.bin")
    cost = train(options, method, negatives, counts, vectors)
    result = {**cost, "scores": evaluate(options, sets, [vectors])}
    vectors.unlink()
    return result


def name_of(options, method, negatives):
    """The file in which a row is kept."""
    name = f"{method}-k{negatives:g}"
    if method != "sppmi":
        name += f"-d{options.dim}"
    if method == "sgns":
        name += f"-e{options.epochs}"
    if method == "wmf":
        name += f"-l{options.l2:g}-p{options.max_passes}"
    return name + ".json"


def sets_of(options):
    """The evaluation sets of the table."""
    folder = options.data.resolve() / "eval"
    sets = {
        "similarity": [folder / "similarity" / f"{name}.tsv" for name in ("ws353", "men_dev")],
        "analogy": [folder / "analogy" / f"{name}.txt" for name in ("google", "msr")],
    }
    for path in sets["similarity"] + sets["analogy"]:
        if not path.is_file():
            fail(f"no evaluation set {path}; name the folder of eval/ with --data")
    return sets


def row_of(negatives, method, result, names):
    """A row as it is printed."""
    cells = [f"k = {negatives:g}, {METHODS[method]}", f"{result['cpu']:.1f}"]
    deviation = result.get("deviation")
    cells.append("" if deviation is None else f"{100 * deviation:.2f} %")
    for name in names:
        score = result["scores"][name][0]
        analogy = name in ("google", "msr")
        cells.append("-" if score is None else f"{100 * score:.1f} %" if analogy else f"{score:.3f}")
    return cells


def main():
    parser = argument_parser(__doc__)
    parser.add_argument("--vocabulary", type=int, default=20000, help="most frequent words kept")
    parser.add_argument("--dim", type=int, default=300, help="dimension")
    parser.add_argument("--negatives", type=float, nargs="+", default=[1, 5, 15], help="k")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--epochs", type=int, default=5, help="of SGNS")
    parser.add_argument("--l2", type=float, default=3, help="of weighted factorization")
    parser.add_argument("--max-passes", type=int, default=30, help="of weighted factorization")
    parser.add_argument("--threads", type=int, default=2, help="of our runs")
    options = parser.parse_args()
    check_options(options)
    sets = sets_of(options)
    folder = options.work / settings_of(options)
    folder.mkdir(exist_ok=True)
    counts = folder / "text.counts"
    cost = kept(folder / "count.json", lambda: count(options, counts))
    names = [path.stem for path in sets["similarity"] + sets["analogy"]]
    rows, results = [], []
    for negatives in options.negatives:
        for method in options.methods:
            result = kept(
                folder / name_of(options, method, negatives),
                lambda m=method, k=negatives: measure(options, sets, m, k, counts),
            )
            rows.append(row_of(negatives, method, result, names))
            results.append({"negatives": negatives, "method": method, **result})
    print(machine())
    print(
        f"{options.corpus.name}, {options.vocabulary} words, window 2, d = {options.dim}; SGNS "
        f"{options.epochs} epochs; weighted factorization at most {options.max_passes} passes, L2 "
        f"{options.l2:g}; counting {cost['cpu']:.0f} CPU s"
    )
    print_table(["", "CPU s", "deviation"] + names, rows)
    covered = results[0]["scores"]
    print("covered: " + ", ".join(f"{n} {covered[n][1]}/{covered[n][2]}" for n in names))
    settings = {
        name: getattr(options, name)
        for name in ("vocabulary", "dim", "epochs", "l2", "max_passes", "threads")
    }
    print(json.dumps({"corpus": options.corpus.name, **settings, "results": results}))


if __name__ == "__main__":
    main()
