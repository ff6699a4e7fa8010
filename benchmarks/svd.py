#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The truncated SVD of a shifted PMI matrix: implicitmf against scipy, sklearn and Spectra.

All factorize the very matrix that `implicitmf export` writes. Times are those of the factorization
alone, in a process of its own, with one thread. Accuracy is measured, not believed: singular values
against a double-precision reference, and the residual max(|A v - s u|, |A' u - s v|) / s, the worst
of all triplets, computed again in double from the vectors handed out.
"""
import itertools
import math
import subprocess
from functools import partial
from pathlib import Path

from support import (
    ROOT,
    Stages,
    argument_parser,
    check_options,
    interleaved,
    machine,
    median,
    note,
    peer_versions,
    print_table,
    ratio,
    read_matrix_market,
    read_vectors,
    run,
    run_peer,
    scratch,
    serve_peer,
    verdict,
)

# Accuracies below this count as equal: what is left is rounding of a matrix in single precision.
FLOOR = 5e-5

# ---- the matrix ----------------------------------------------------------------------------------


def convert(matrix, output):
    """A Matrix Market file to a dump that numpy and Spectra read quickly (see spectra_svd.cpp)."""
    import zlib

    import numpy as np

    csr = read_matrix_market(matrix).astype(np.float32)
    head = np.array([csr.shape[0], csr.shape[1], csr.nnz], "<i8")
    pieces = [head, csr.indptr.astype("<i8"), csr.indices.astype("<i4"), csr.data.astype("<f4")]
    checksum = 0
    with open(output, "wb") as file:
        for piece in pieces:
            checksum = zlib.crc32(piece.tobytes(), checksum)
            piece.tofile(file)
    symmetric = csr.shape[0] == csr.shape[1] and (csr != csr.T).nnz == 0
    facts = {"rows": csr.shape[0], "cols": csr.shape[1], "nonzeros": int(csr.nnz)}
    return {**facts, "symmetric": bool(symmetric), "checksum": f"{checksum:08x}"}


def load(matrix, kind="float64"):
    """The dumped matrix as scipy CSR."""
    import numpy as np
    from scipy import sparse

    with open(matrix, "rb") as file:
        rows, cols, nonzeros = np.fromfile(file, "<i8", 3).tolist()
        offsets = np.fromfile(file, "<i8", rows + 1).astype(np.int32)
        columns = np.fromfile(file, "<i4", nonzeros)
        values = np.fromfile(file, "<f4", nonzeros).astype(kind)
    return sparse.csr_matrix((values, columns, offsets), shape=(rows, cols))


def export_matrix(options, counts, smoothing, negatives, folder):
    """Has the program export the matrix; returns the dump and what is known of it."""
    text, dump = folder / "matrix.mtx", folder / "matrix.csr"
    command = [options.program, "export", counts, "--matrix", text, "--measure", "sppmi"]
    command += ["--smoothing", smoothing, "--negatives", negatives, "--progress", "none"]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    facts = run_peer("convert", matrix=text, output=dump).report
    text.unlink()
    return dump, facts


def count_text(options, folder):
    """Has the program count the text; returns the count file."""
    counts = folder / "corpus.counts"
    command = [options.program, "count", "--input", options.corpus, "--output", counts]
    command += ["--window", options.window, "--min-count", options.min_count]
    if options.max_vocab:
        command += ["--max-vocab", options.max_vocab]
    run(command + ["--json", "--progress", "none"])
    return counts


# ---- accuracy ------------------------------------------------------------------------------------


def accuracy(csr, left, values, right, reference):
    """Largest relative error of the singular values, and largest residual."""
    import numpy as np

    values = np.asarray(values, np.float64)
    reference = np.load(reference)[: len(values)]
    worst = 0.0
    for begin in range(0, len(values), 64):
        part = slice(begin, begin + 64)
        u, s, v = (np.asarray(x, np.float64) for x in (left[:, part], values[part], right[:, part]))
        for residual in (csr @ v - u * s, csr.T @ u - v * s):
            worst = max(worst, float((np.linalg.norm(residual, axis=0) / s).max()))
    error = float((np.abs(values - reference) / reference).max())
    return {"values": values.tolist(), "error": error, "residual": worst}


def from_magnitudes(eigenvalues, vectors):
    """Eigenpairs of a symmetric matrix as singular triplets, largest first."""
    import numpy as np

    order = np.argsort(-np.abs(eigenvalues), kind="stable")
    eigenvalues, vectors = eigenvalues[order], vectors[:, order]
    return vectors, np.abs(eigenvalues), vectors * np.sign(eigenvalues)


def scipy_triplets(csr, solver, dimension, tolerance):
    """By scipy's svds, or of a symmetric matrix its eigsh; ARPACK both, with a fixed start."""
    import numpy as np
    from scipy.sparse.linalg import eigsh, svds

    start = np.random.default_rng(1).standard_normal(min(csr.shape)).astype(csr.dtype)
    if solver == "eigsh":
        return from_magnitudes(*eigsh(csr, dimension, which="LM", tol=tolerance, v0=start))
    left, values, right = svds(csr, dimension, tol=tolerance, v0=start)
    return left[:, ::-1], values[::-1], right[::-1].T


def make_reference(matrix, symmetric, dimension, output):
    """Singular values in double precision, to its last digits."""
    import numpy as np

    solver = "eigsh" if symmetric else "svds"
    np.save(output, scipy_triplets(load(matrix), solver, dimension, 0)[1])
    return {}


def reference_values(options, dump, facts, dimension):
    """The file of reference values, from an earlier run if the matrix is the same."""
    name = f"singular-values-{facts['checksum']}-{facts['nonzeros']}"
    for found in sorted(options.work.glob(f"{name}-*.npy")):
        if int(found.stem.rsplit("-", 1)[1]) >= dimension:
            return found
    note(f"reference: {dimension} singular values in double precision")
    path = options.work / f"{name}-{dimension}.npy"
    part = path.with_name("part.npy")
    symmetric = facts["symmetric"]
    run_peer("reference", matrix=dump, symmetric=symmetric, dimension=dimension, output=part)
    part.replace(path)
    return path


# ---- the peers -----------------------------------------------------------------------------------


def scipy_peer(matrix, solver, kind, dimension, tolerance, reference):
    """One factorization by scipy, timed, then checked."""
    csr = load(matrix, kind)
    stages = Stages()
    with stages.stage("factorize"):
        triplets = scipy_triplets(csr, solver, dimension, tolerance)
    return stages.report(**accuracy(load(matrix), *triplets, reference))


def sklearn_peer(matrix, kind, dimension, iterations, reference):
    """One factorization by sklearn's randomized_svd, timed, then checked."""
    from sklearn.utils.extmath import randomized_svd

    csr = load(matrix, kind)
    stages = Stages()
    with stages.stage("factorize"):
        left, values, right = randomized_svd(csr, dimension, n_iter=iterations, random_state=1)
    return stages.report(**accuracy(load(matrix), left, values, right.T, reference))


def check_spectra(matrix, vectors, values, reference):
    """The accuracy of what spectra_svd wrote."""
    import numpy as np

    csr = load(matrix)
    numbers = np.fromfile(vectors, "<f8")
    border = len(values) * csr.shape[0]
    left = numbers[:border].reshape(len(values), -1).T
    right = numbers[border:].reshape(len(values), -1).T
    return accuracy(csr, left, values, right, reference)


def spectra_peer(program, matrix, kind, dimension, tolerance, symmetric, reference, folder):
    """One factorization by Spectra, timed there, then checked."""
    vectors = folder / "spectra.vectors"
    shape = "symmetric" if symmetric else "general"
    command = [program, matrix, vectors, dimension, 2 * dimension + 1, tolerance, kind, shape]
    result = run(command)
    report = result.report
    report["seconds"] = {"factorize": report["seconds"]}
    report["cpu_seconds"] = {"factorize": report["cpu_seconds"]}
    if len(report["values"]) < dimension:
        report.update(error=float("nan"), residual=float("nan"))
    else:
        values = report.pop("values")
        found = run_peer(
            "check_spectra", matrix=matrix, vectors=vectors, values=values, reference=reference
        )
        report.update(found.report)
    vectors.unlink()
    return result


def check_ours(matrix, words, contexts, values, power, reference):
    """The accuracy of our vectors: U = W S^-p, V = C S^(p-1)."""
    import numpy as np

    scale = np.asarray(values, np.float64)
    left = read_vectors(words)[1].astype(np.float64) / scale**power
    right = read_vectors(contexts)[1].astype(np.float64) / scale ** (1 - power)
    return accuracy(load(matrix), left, values, right, reference)


def our_run(options, job, counts, tolerance, threads=1, products=None, check=True):
    """One factorization by the program, timed there, then checked."""
    words, contexts = job.folder / "words.bin", job.folder / "contexts.bin"
    command = [options.program, "train", "--method", "svd", "--counts", counts]
    command += ["--output", words, "--context-output", contexts, "--dim", job.dimension]
    command += ["--smoothing", job.smoothing, "--negatives", job.negatives, "--eig", 0.5]
    command += ["--tolerance", tolerance, "--threads", threads, "--json", "--progress", "none"]
    if products:
        command += ["--max-products", products]
    result = run(command)
    if check:
        values = result.report["singular_values"]
        found = run_peer(
            "check_ours",
            matrix=job.dump,
            words=words,
            contexts=contexts,
            values=values,
            power=0.5,
            reference=job.reference,
        )
        result.report.update(found.report)
    words.unlink()
    contexts.unlink()
    return result


# ---- side by side --------------------------------------------------------------------------------


class Job:
    """One matrix and dimension."""

    def __init__(self, smoothing, negatives, dimension, folder):
        self.smoothing = smoothing
        self.negatives = negatives
        self.dimension = dimension
        self.folder = folder
        self.dump = None
        self.facts = None
        self.reference = None

    def title(self):
        """One line about the matrix."""
        facts = self.facts
        symmetric = "symmetric" if facts["symmetric"] else "not symmetric"
        return (
            f"smoothing {self.smoothing:g}, k = {self.negatives:g}, d = {self.dimension}: "
            f"{facts['rows']} x {facts['cols']}, {facts['nonzeros']:,} nonzeros, {symmetric}"
        )


def peers_of(options, job):
    """Name and job of each peer that was asked for."""
    common = {"matrix": job.dump, "dimension": job.dimension, "reference": job.reference}

    def scipy_job(solver, kind, tolerance):
        return lambda: run_peer("scipy", solver=solver, kind=kind, tolerance=tolerance, **common)

    def sklearn_job(iterations):
        return lambda: run_peer("sklearn", kind="float32", iterations=iterations, **common)

    def spectra_job(kind, tolerance):
        return lambda: spectra_peer(
            options.spectra,
            kind=kind,
            tolerance=tolerance,
            symmetric=job.facts["symmetric"],
            folder=job.folder,
            **common,
        )

    solvers = ["eigsh", "svds"] if job.facts["symmetric"] else ["svds"]
    peers = {}
    for solver in solvers:
        peers[f"scipy {solver} double"] = scipy_job(solver, "float64", 0)
        peers[f"scipy {solver} single"] = scipy_job(solver, "float32", 0)
        peers[f"scipy {solver} single, tol 1e-3"] = scipy_job(solver, "float32", 1e-3)
    if options.spectra.is_file():
        name = "Spectra SymEigs" if job.facts["symmetric"] else "Spectra PartialSVD"
        peers[f"{name} double, tol 1e-10"] = spectra_job("double", 1e-10)
        peers[f"{name} double, tol 1e-3"] = spectra_job("double", 1e-3)
        peers[f"{name} single, tol 1e-3"] = spectra_job("float", 1e-3)
    peers["sklearn randomized_svd single, n_iter 5"] = sklearn_job(5)
    peers["sklearn randomized_svd single, n_iter 7"] = sklearn_job(7)
    return {name: peers[name] for name in peers if any(p in name for p in options.peers)}


def measure(options, job, counts):
    """All programs in turn; two threads beside one at the middle tolerance for the scaling."""
    ours = {}
    for columns in sorted(options.columns):
        products = 2 * math.ceil(columns * job.dimension / 16)
        ours[f"implicitmf, {products} products"] = partial(
            our_run, options, job, counts, 1e-3, products=products
        )
    for tolerance in sorted(options.tolerances, reverse=True):
        ours[f"implicitmf, tolerance {tolerance:g}"] = partial(
            our_run, options, job, counts, tolerance
        )
    peers = peers_of(options, job)
    results = interleaved(options.rounds, {**ours, **peers})
    middle = options.scaling_tolerance
    scaling = interleaved(
        max(7, options.rounds),
        {
            f"{threads} thread(s)": partial(
                our_run, options, job, counts, middle, threads=threads, check=False
            )
            for threads in (1, 2)
        },
    )
    return results, list(ours), list(scaling.values())


def cpu_of(runs):
    """CPU seconds of the factorization in each round."""
    return [r.report["cpu_seconds"]["factorize"] for r in runs]


def wall_of(runs):
    """Wall-clock seconds of the factorization in each round."""
    return [r.report["seconds"]["factorize"] for r in runs]


def as_good(runs, others):
    """Whether the first are at least as accurate as the others."""
    mine, theirs = runs[0].report, others[0].report
    return all(mine[key] <= max(theirs[key], FLOOR) for key in ("error", "residual"))


def cheapest(results, names, others):
    """The cheapest of the named that is at least as accurate as the others, or None."""
    fit = [name for name in names if as_good(results[name], others)]
    return min(fit, key=lambda name: median(cpu_of(results[name])), default=None)


def print_results(job, results, ours, scaling):
    """The table: for ours, how many times dearer the best peer as good is; for peers, how many
    times dearer they are than the cheapest of ours as good."""
    peers = [name for name in results if name not in ours]
    rows, ratios = [], {}
    for name, runs in results.items():
        if name in ours:
            other = cheapest(results, peers, runs)
            times = ratio(cpu_of(results[other]), cpu_of(runs)) if other else "-"
        else:
            other = cheapest(results, ours, runs)
            times = ratio(cpu_of(runs), cpu_of(results[other])) if other else "-"
            if other:
                ratios[name] = median(cpu_of(runs)) / median(cpu_of(results[other]))
        report = runs[0].report
        rows.append(
            [name, f"{median(cpu_of(runs)):.2f}", f"{median(wall_of(runs)):.2f}"]
            + [f"{report['error']:.1e}", f"{report['residual']:.1e}", times]
            + [other or "none as good"]
        )
    print(job.title())
    head = ["one thread", "CPU s", "wall s", "error of s", "residual", "times", "against"]
    print_table(head, rows)
    print_targets(results, ours, ratios)
    one, two = (wall_of(runs) for runs in scaling)
    reached = median([a / b for a, b in zip(one, two)]) >= 1.7
    print(f"  1 to 2 threads, wall: {ratio(one, two)}, target 1.7: {verdict(reached)}\n")


def print_targets(results, ours, ratios):
    """What the accuracies that people ask for cost, and the ratios to the peers."""
    for key, limit, what in (("error", 1e-2, "singular values"), ("residual", 1e-3, "residuals")):
        good = [name for name in ours if results[name][0].report[key] <= limit]
        fit = [median(cpu_of(results[name])) for name in good]
        cost = f"{min(fit):.2f} CPU s" if fit else "not reached"
        print(f"  {what} to {limit:g}: {cost}")
    for family, target in (("", 4), ("sklearn", 15)):
        fit = {
            name: times
            for name, times in ratios.items()
            if name.startswith(family) and (family or not name.startswith("sklearn"))
        }
        if fit:
            name = min(fit, key=fit.get)
            reached = verdict(fit[name] >= target)
            print(f"  best peer, {name}: {fit[name]:.2f} times ours, target {target}: {reached}")


TASKS = {
    "convert": convert,
    "reference": make_reference,
    "scipy": scipy_peer,
    "sklearn": sklearn_peer,
    "check_spectra": check_spectra,
    "check_ours": check_ours,
}


def parse_options():
    """The options of the command line."""
    parser = argument_parser(__doc__)
    parser.add_argument("--max-vocab", type=int, default=20000, help="most words kept; 0: all")
    parser.add_argument("--min-count", type=int, default=5, help="words seen less are left out")
    parser.add_argument("--window", type=int, default=5, help="radius of the dynamic window")
    parser.add_argument("--smoothing", type=float, nargs="+", default=[1.0, 0.75], help="exponents")
    parser.add_argument("--negatives", type=float, nargs="+", default=[1.0], help="values of k")
    parser.add_argument("--dims", type=int, nargs="+", default=[100], help="dimensions")
    parser.add_argument(
        "--tolerances",
        type=float,
        nargs="+",
        default=[1e-1, 5e-2, 1e-2, 1e-3, 1e-4, 1e-5],
        help="of our runs",
    )
    parser.add_argument(
        "--columns",
        type=float,
        nargs="*",
        default=[2.0, 2.25, 2.5, 2.7],
        help="also runs that end, at whatever accuracy, with bases of so many columns a dimension",
    )
    parser.add_argument(
        "--scaling-tolerance", type=float, default=1e-3, help="of the runs on 1 and 2 threads"
    )
    parser.add_argument(
        "--peers", nargs="*", default=[""], help="only those whose name holds one of these"
    )
    parser.add_argument("--rounds", type=int, default=1, help="each program runs once a round")
    parser.add_argument(
        "--spectra",
        type=Path,
        default=ROOT / "build/release/benchmarks/spectra_svd",
        help="the program spectra_svd, built where Spectra is found",
    )
    options = parser.parse_args()
    check_options(options)
    options.spectra = options.spectra.resolve()
    return options


def main():
    serve_peer(TASKS)
    options = parse_options()
    print(machine())
    print(peer_versions("sklearn"))
    if not options.spectra.is_file():
        print(f"no {options.spectra}: without Spectra (Debian: libspectra-dev)")
    with scratch(options) as folder:
        counts = count_text(options, folder)
        for smoothing, negatives in itertools.product(options.smoothing, options.negatives):
            dump, facts = export_matrix(options, counts, smoothing, negatives, folder)
            for dimension in options.dims:
                job = Job(smoothing, negatives, dimension, folder)
                job.dump, job.facts = dump, facts
                job.reference = reference_values(options, dump, facts, max(options.dims))
                print_results(job, *measure(options, job, counts))


if __name__ == "__main__":
    main()
