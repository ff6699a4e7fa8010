#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Skip-gram with negative sampling: implicitmf against fastText and gensim, side by side.

speed: whole processes, from the text to a file of vectors, one epoch each, in turn: tokens read per
CPU-second, memory, and what the vectors are worth. quality: the ways of sharing negatives, the
rate's schedule, and gensim, several seeds each: held-out loss, Spearman's correlations, analogies.

fastText (Debian: fasttext) and gensim (python3-gensim) join in where they are installed. All get
the same text, dimension, window 5, 5 negatives, first rate .025, min count 5 and subsampling. Ours
stays for half of the epochs before it falls, but in the modes "word2vec" and "linear rate".
"""
import importlib.util
from pathlib import Path

from support import (
    argument_parser,
    benchmark_program,
    check_options,
    fail,
    find_tool,
    interleaved,
    machine,
    median,
    note,
    print_table,
    ratio,
    run,
    run_peer,
    scratch,
    serve_peer,
    verdict,
)

ONE, TWO = "implicitmf, 1 thread", "implicitmf, 2 threads"
SETS = ("ws353", "men_dev", "simlex999", "rg65")
# Targets by dimension: tokens per CPU-second against fastText's and gensim's.
TARGETS = {100: (45, 15), 300: (30, 12)}
GENSIM = "gensim"
# The modes of `quality`: options of the program, None for the peer.
OWN, DEFAULT, LINEAR = "own negatives", "shared (default)", "linear rate"
MODES = {
    GENSIM: None,
    "word2vec": ["--shared-windows", 0, "--schedule", "linear"],
    OWN: ["--shared-windows", 0],
    "shared by a window": ["--shared-windows", 1],
    "shared by four windows": ["--shared-windows", 4],
    DEFAULT: [],
    LINEAR: ["--schedule", "linear"],
    "deterministic": ["--deterministic"],
    "from the SVD": ["--init", "svd"],
}

# ---- tasks in a process of their own -------------------------------------------------------------


def gensim_route(corpus, output, dimension, subsample, epochs, workers, seed):
    """gensim's fastest way, from a file."""
    from gensim.models import Word2Vec

    model = Word2Vec(
        corpus_file=corpus,
        vector_size=dimension,
        window=5,
        negative=5,
        sg=1,
        min_count=5,
        sample=subsample,
        alpha=0.025,
        epochs=epochs,
        workers=workers,
        seed=seed,
    )
    model.wv.save_word2vec_format(output, binary=True)
    return {"tokens": model.corpus_total_words, "vocabulary": len(model.wv)}


# ---- commands ------------------------------------------------------------------------------------


def score(options, vectors, sets, questions):
    """What a file of vectors is worth: correlations, and the share of questions answered."""
    command = [options.program, "evaluate", vectors, "--json", "--similarity", *sets]
    if questions:
        command += ["--analogy", questions, "--top-vocab", 30000]
    report = run(command).report
    accuracies = [found["total"]["accuracy"] for found in report["analogy"]]
    return {"scores": [found["spearman"] for found in report["similarity"]], "accuracy": accuracies}


def ours(program, options, dimension, subsample, threads, output, more=()):
    """The command to be measured."""
    command = [program, "train", "--method", "sgns", "--input", options.corpus]
    command += ["--output", output, "--dim", dimension, "--subsample", subsample]
    command += ["--threads", threads, "--epochs", options.epochs, "--json", "--progress", "none"]
    return run(command + list(more))


def gensim(options, dimension, subsample, output, seed=1):
    """gensim with two workers."""
    return run_peer(
        "gensim_route",
        workers=2,
        corpus=options.corpus,
        output=output,
        dimension=dimension,
        subsample=subsample,
        epochs=options.epochs,
        seed=seed,
    )


def has_gensim():
    """Whether this Python has it; tells where it has not."""
    if importlib.util.find_spec("gensim"):
        return True
    note("this Python has no gensim: left out (Debian: python3-gensim, for /usr/bin/python3)")
    return False


def fasttext(options, dimension, subsample, output):
    """fastText without subwords. It adds .bin and .vec to the name."""
    command = ["fasttext", "skipgram", "-input", options.corpus, "-output", output]
    command += ["-minn", 0, "-maxn", 0, "-dim", dimension, "-ws", 5, "-neg", 5, "-lr", 0.025]
    command += ["-minCount", 5, "-t", subsample, "-epoch", options.epochs, "-thread", 2]
    return run(command)


def peak_flops(options):
    """Operations a second that one core can do, as the kernels' benchmark measures it, or None."""
    kernels = benchmark_program(options, "kernels")
    if kernels is None:
        return None
    words = run([kernels, "--benchmark_filter=^dot_ours/100$"]).report["stderr"].split()
    return float(words[words.index("GFlops") - 1]) * 1e9


# ---- speed ---------------------------------------------------------------------------------------


def builds_of(options):
    """Our programs: name, path, threads."""
    builds = [(ONE, options.program, 1), (TWO, options.program, 2)]
    for preset in ("avx2", "sse2"):
        program = options.program.parents[2] / preset / "examples/implicitmf"
        if program.is_file():
            builds.append((f"{ONE} ({preset} build)", program, 1))
        else:
            note(f"no {preset} build at {program}: left out")
    return builds


def jobs_of(options, dimension, subsample, folder):
    """All that run in turn, and the file of vectors that each writes."""
    files = {}

    def job(name, suffix, start):
        files[name] = folder / f"{len(files)}{suffix}"
        jobs[name] = lambda: start(files[name])

    jobs = {}
    for name, program, threads in builds_of(options):
        job(
            name,
            ".bin",
            lambda to, p=program, t=threads: ours(p, options, dimension, subsample, t, to),
        )
    if find_tool("fasttext"):
        job(
            "fastText",
            ".vec",
            lambda to: fasttext(options, dimension, subsample, to.with_suffix("")),
        )
    else:
        note("fasttext is not on the PATH: left out")
    if has_gensim():
        job(GENSIM, ".bin", lambda to: gensim(options, dimension, subsample, to))
    return jobs, files


def speed(options, dimension, subsample, sets, questions, peak):
    """One setting: all in turn, the table and the targets."""
    with scratch(options) as folder:
        jobs, files = jobs_of(options, dimension, subsample, folder)
        results = interleaved(options.rounds, jobs)
        worth = {}
        for name, path in files.items():
            note(f"scoring {name}")
            worth[name] = score(options, path, sets, questions)
        for name, program, threads in builds_of(options):
            output = folder / "loss.bin"
            result = ours(program, options, dimension, subsample, threads, output, ["--loss"])
            worth[name]["loss"] = f"{result.report['epochs'][-1]['loss']:.4f}"
    tokens = results[ONE][0].report["tokens"] * options.epochs
    rows = []
    for name, runs in results.items():
        cpu, wall = (median([getattr(r, what) for r in runs]) for what in ("cpu", "wall"))
        peak_memory = median([r.peak for r in runs]) / 1e6
        row = [name, f"{tokens / cpu / 1e6:.3f}", f"{tokens / wall / 1e6:.3f}"]
        row += [f"{cpu:.2f}", f"{peak_memory:.0f}", share_of_limit(runs, dimension, peak)]
        row.append(worth[name].get("loss", ""))
        row += [f"{value:.3f}" for value in worth[name]["scores"]]
        if questions:
            row.append(f"{100 * worth[name]['accuracy'][0]:.1f} %")
        rows.append(row)
    print(f"d = {dimension}, subsample {subsample:g}, {options.epochs} epoch(s), whole processes")
    head = ["", "M tokens/CPU s", "M tokens/s", "CPU s", "peak MB", "of FMA limit", "loss"]
    head += [Path(path).stem for path in sets] + (["google"] if questions else [])
    print_table(head, rows)
    print_targets(results, dimension)


def share_of_limit(runs, dimension, peak):
    """What word2vec's algorithm (own rows for each window) would take at the processor's peak, for
    the pairs that were trained, over what training took."""
    report = runs[0].report
    if peak is None or "epochs" not in report:
        return ""
    padded = -(-dimension // 16) * 16
    flops = sum(epoch["pairs"] for epoch in report["epochs"]) * 6 * 6 * padded
    return f"{flops / peak / median([r.report['cpu_seconds']['train'] for r in runs]):.2f}"


def print_targets(results, dimension):
    """Ratios to the peers."""

    def cpu(name):
        return [r.cpu for r in results[name]]

    for peer, target in zip(("fastText", GENSIM), TARGETS.get(dimension, (0, 0))):
        if peer not in results:
            continue
        for name in results:
            if name.startswith("implicitmf"):
                found = ratio(cpu(peer), cpu(name))
                reached = verdict(median([a / b for a, b in zip(cpu(peer), cpu(name))]) >= target)
                print(f"  {name}: {found} times {peer} by CPU, target {target}: {reached}")
    one, two = ([r.report["seconds"]["train"] for r in results[name]] for name in (ONE, TWO))
    reached = verdict(median([a / b for a, b in zip(one, two)]) >= 1.8)
    print(f"  1 to 2 threads, training, wall: {ratio(one, two)}, target 1.8: {reached}\n")


# ---- quality -------------------------------------------------------------------------------------


def train_and_score(options, name, seed, folder, sets, questions):
    """One training of a mode: (loss or None, scores, accuracy, CPU seconds)."""
    dimension, subsample = options.dims[0], options.subsamples[0]
    output = folder / "vectors.bin"
    if MODES[name] is None:
        result = gensim(options, dimension, subsample, output, seed)
        loss = None
    else:
        more = [*MODES[name], "--loss", "--seed", seed]
        result = ours(options.program, options, dimension, subsample, 2, output, more)
        loss = result.report["epochs"][-1]["loss"]
    worth = score(options, output, sets, questions)
    return loss, worth["scores"], worth["accuracy"], result.cpu


def mean(numbers):
    """Their mean."""
    return sum(numbers) / len(numbers)


def quality(options, sets, questions):
    """All modes, several seeds each."""
    rows, losses, scores = [], {}, {}
    with scratch(options) as folder:
        for name in options.modes or MODES:
            if MODES[name] is None and not has_gensim():
                continue
            runs = []
            for seed in range(1, options.seeds + 1):
                note(f"{name}, seed {seed}")
                runs.append(train_and_score(options, name, seed, folder, sets, questions))
            found, worth, accuracies, cpu = zip(*runs)
            row = [name, ""]
            if found[0] is not None:
                losses[name] = mean(found)
                row[1] = f"{losses[name]:.4f} ({min(found):.4f}-{max(found):.4f})"
            means = [mean(of_seed) for of_seed in worth]
            scores[name] = mean(means)
            row.append(f"{scores[name]:.4f} ({min(means):.3f}-{max(means):.3f})")
            row += [f"{mean(of_set):.3f}" for of_set in zip(*worth)]
            if questions:
                row.append(f"{100 * mean([of_seed[0] for of_seed in accuracies]):.1f} %")
            rows.append(row + [f"{median(cpu):.1f}"])
    print(
        f"d = {options.dims[0]}, subsample {options.subsamples[0]:g}, {options.epochs} epochs, "
        f"{options.seeds} seeds, 2 threads"
    )
    head = ["", "held-out loss (range)", "mean Spearman (range)"] + [Path(p).stem for p in sets]
    print_table(head + (["google"] if questions else []) + ["CPU s"], rows)
    if {OWN, DEFAULT} <= losses.keys():
        more = losses[DEFAULT] - losses[OWN]
        reached = verdict(more <= 0.003)
        print(f"  {DEFAULT}, loss against {OWN}: {more:+.4f}, at most +.003: {reached}")
    for mode, other in ((DEFAULT, OWN), (DEFAULT, GENSIM), (LINEAR, GENSIM)):
        if {mode, other} <= scores.keys():
            more = scores[mode] - scores[other]
            reached = verdict(more >= -0.005)
            print(f"  {mode}, Spearman against {other}: {more:+.4f}, at least -.005: {reached}")


def main():
    serve_peer({"gensim_route": gensim_route})
    parser = argument_parser(__doc__)
    parser.add_argument("what", choices=["speed", "quality"], help="which table")
    parser.add_argument("--dims", type=int, nargs="+", default=[100, 300], help="dimensions")
    parser.add_argument(
        "--subsamples",
        type=float,
        nargs="+",
        default=[1e-3, 1e-4],
        help="thresholds, one for each dimension",
    )
    parser.add_argument("--epochs", type=int, default=0, help="0: 1 for speed, 5 for quality")
    parser.add_argument("--rounds", type=int, default=3, help="each program runs once a round")
    parser.add_argument("--seeds", type=int, default=5, help="of each mode of quality")
    parser.add_argument("--modes", nargs="+", choices=MODES, help="modes of quality (all)")
    options = parser.parse_args()
    check_options(options)
    options.epochs = options.epochs or (1 if options.what == "speed" else 5)
    sets = [options.data / "eval/similarity" / f"{name}.tsv" for name in SETS]
    sets = [path.resolve() for path in sets if path.is_file()]
    if not sets:
        fail(f"no word pairs in {options.data / 'eval/similarity'}")
    questions = options.data.resolve() / "eval/analogy/google.txt"
    questions = questions if questions.is_file() else None
    print(machine())
    if options.what == "quality":
        quality(options, sets, questions)
        return
    peak = peak_flops(options)
    for dimension, subsample in zip(options.dims, options.subsamples):
        speed(options, dimension, subsample, sets, questions, peak)


if __name__ == "__main__":
    main()
