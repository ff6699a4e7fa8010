# SPDX-License-Identifier: MIT
"""Similarity and analogy scores against gensim's, and against scipy and obvious numpy.

Usage: evaluation_agrees.py PROGRAM
"""
import math
import random
import sys
import tempfile
from pathlib import Path

from program import Program, skip

try:
    import numpy as np
    from gensim.models import KeyedVectors
    from scipy.io import mmread
    from scipy.stats import spearmanr
except ImportError as error:
    skip(error, "python3-numpy python3-scipy python3-gensim")

CLOSE = 1e-6
STEMS, FORMS, DIMENSION = 60, 4, 30


def make_vectors():
    """Words of a stem and a form, in any order, whose vectors are noisy sums of both. Some come a
    second time in upper case, late and with another vector."""
    draw = np.random.default_rng(1)
    stems, forms = draw.normal(size=(STEMS, DIMENSION)), draw.normal(size=(FORMS, DIMENSION))
    names = [f"stem{stem}_{form}" for stem in range(STEMS) for form in range(FORMS)]
    vectors = np.repeat(stems, FORMS, axis=0) + np.tile(forms, (STEMS, 1))
    vectors = vectors + draw.normal(size=vectors.shape)
    order = draw.permutation(len(names))
    names = [names[i] for i in order] + [f"STEM{stem}_0" for stem in range(0, STEMS, 9)]
    others = draw.normal(size=(len(names) - len(order), DIMENSION))
    vectors = np.concatenate((vectors[order], others))
    vectors = (vectors * draw.uniform(0.1, 10, size=(len(names), 1))).astype(np.float32)
    words = KeyedVectors(DIMENSION)
    words.add_vectors(names, vectors)
    return words


def write_questions(path):
    """Three sections of which two are syntactic; some words are unknown, or in upper case."""
    draw = random.Random(2)
    lines = []
    for section, forms in (("kinds", (0, 1)), ("gram1", (1, 2)), ("gram2-more", (3, 0))):
        lines.append(f": {section}")
        for _ in range(300):
            one, other = draw.sample(range(STEMS + 2), 2)
            question = [f"stem{stem}_{form}" for stem in (one, other) for form in forms]
            lines.append(" ".join(w.upper() if draw.random() < 0.03 else w for w in question))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_pairs(path, words):
    """Pairs with scores that are often equal; some words are unknown, or in upper case."""
    draw = random.Random(3)
    names = words.index_to_key + ["unknown"] * 8
    lines = ["# word word score"]
    for _ in range(400):
        one, other = draw.choice(names), draw.choice(names)
        cosine = words.similarity(one, other) if one in words and other in words else 0
        score = round(5 * cosine + draw.uniform(-2, 2))
        lines.append("\t".join((one.upper() if draw.random() < 0.1 else one, other, str(score))))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def questions_of(path):
    """The sections of a file: names, and lists of four words."""
    sections = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(":"):
            sections.append((line[2:], []))
        else:
            sections[-1][1].append(line.split())
    return sections


def answers_of(rows, questions, method):
    """The answer to each question (ids of a, b, c) by 3CosAdd or 3CosMul, in double."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units = rows / np.where(lengths > 0, lengths, 1)
    answers = []
    for ids in questions:
        a, b, c = (units @ units[i] for i in ids)
        if method == "3cosadd":
            scores = b - a + c
        else:
            scores = (1 + b) / 2 * (1 + c) / 2 / ((1 + a) / 2 + 0.001)
        scores[list(ids)] = -np.inf
        answers.append(int(scores.argmax()))
    return answers


def check_numpy(found, names, rows, sections, top):
    """A report of the program, words as they are, against answers_of()."""
    ids = {word: number for number, word in enumerate(names[:top])}
    known = [[q for q in qs if all(word in ids for word in q)] for _, qs in sections]
    for report in found:
        for section, (name, questions), asked in zip(report["sections"], sections, known):
            numbers = [[ids[word] for word in question] for question in asked]
            answers = answers_of(rows[:top], [q[:3] for q in numbers], report["method"])
            right = sum(answer == q[3] for answer, q in zip(answers, numbers))
            assert section["name"] == name
            assert section["questions"] == len(questions) and section["covered"] == len(asked)
            assert section["correct"] == right, (report["method"], name, section, right)
        for kind in ("semantic", "syntactic"):
            parts = [s for s in report["sections"] if s["kind"] == kind]
            for key in ("correct", "covered", "questions"):
                assert report[kind][key] == sum(part[key] for part in parts)
        for section in report["sections"]:
            assert section["name"].startswith("gram") == (section["kind"] == "syntactic")


def check_gensim_analogies(program, path, words, questions):
    """evaluate_word_analogies() at all its settings."""
    tried = 0
    for top in (len(words), 200):
        for fold in (True, False):
            for dummy in (True, False):
                _, theirs = words.evaluate_word_analogies(
                    str(questions), restrict_vocab=top, case_insensitive=fold, dummy4unknown=dummy
                )
                (ours,) = program.json(
                    *("evaluate", path, "--analogy", questions, "--top-vocab", top),
                    *("--oov", "wrong" if dummy else "skip"),
                    *(() if fold else ("--match-case",)),
                )["analogy"]
                for mine, their in zip(ours["sections"] + [ours["total"]], theirs):
                    right, wrong = len(their["correct"]), len(their["incorrect"])
                    assert mine["correct"] == right, (top, fold, dummy, mine, right)
                    assert abs(mine["accuracy"] - right / (right + wrong)) <= CLOSE
                    assert 0 < right < mine["covered"], mine  # or little would be compared
                    tried += 1
    assert tried == 32, tried
    print("analogies: gensim counts the same, 3cosadd")


def check_gensim_products(program, path, words, questions):
    """most_similar_cosmul() adds an epsilon of 1e-6, we the paper's: nearly the same answers."""
    (ours,) = program.json(
        *("evaluate", path, "--analogy", questions, "--method", "3cosmul", "--match-case")
    )["analogy"]
    right = asked = 0
    for _, section in questions_of(questions):
        for a, b, c, expected in section:
            if all(word in words for word in (a, b, c, expected)):
                ((answer, _),) = words.most_similar_cosmul([b, c], [a], topn=1)
                right += answer == expected
                asked += 1
    assert ours["total"]["covered"] == asked
    assert abs(ours["total"]["correct"] - right) <= 0.01 * asked, (ours["total"], right)
    print("analogies: gensim counts nearly the same, 3cosmul")


def check_similarity(program, path, words, pairs):
    """evaluate_word_pairs(), and spearmanr() of the cosines."""
    lines = [line.split("\t") for line in pairs.read_text(encoding="utf-8").splitlines()[1:]]
    for fold in (True, False):
        (ours,) = program.json(
            *("evaluate", path, "--similarity", pairs), *(() if fold else ("--match-case",))
        )["similarity"]
        _, theirs, unknown = words.evaluate_word_pairs(str(pairs), case_insensitive=fold)
        assert abs(ours["spearman"] - theirs[0]) <= CLOSE, (fold, ours, theirs)
        assert ours["pairs"] == len(lines)
        assert math.isclose(100 * (1 - ours["covered"] / ours["pairs"]), unknown), (ours, unknown)
        assert 0.2 < ours["spearman"] < 0.9
    known = [(a, b, float(score)) for a, b, score in lines if a in words and b in words]
    assert ours["covered"] == len(known) < len(lines)
    expected = spearmanr([words.similarity(a, b) for a, b, _ in known], [k[2] for k in known])[0]
    assert abs(ours["spearman"] - expected) <= CLOSE
    print("similarity: gensim and scipy agree")


def write_corpus(path):
    """Sentences about topics."""
    draw = random.Random(5)
    with open(path, "w", encoding="ascii") as file:
        for _ in range(3000):
            topic = draw.randrange(8)
            words = [f"w{topic}_{int(25 * draw.random() ** 2)}" for _ in range(draw.randint(2, 9))]
            file.write(" ".join(words + [f"the{draw.randrange(9)}"]) + "\n")


def check_matrix(program, folder):
    """Scores and neighbours of the rows of an association matrix, against numpy's of its export."""
    corpus, counts, exported = (folder / name for name in ("corpus", "counts", "matrix.mtx"))
    names_file, questions, pairs = (folder / name for name in ("names", "asked", "judged"))
    write_corpus(corpus)
    program.json("count", "--input", corpus, "--output", counts, "--min-count", 2)
    draw = random.Random(6)
    for settings in (("--negatives", 1), ("--measure", "pmi", "--smoothing", 1, "--negatives", 5)):
        program("export", counts, "--matrix", exported, "--words", names_file, *settings)
        rows = mmread(exported).toarray()
        names = [line.split()[0] for line in names_file.read_text(encoding="ascii").splitlines()]
        draws = [draw.sample(range(len(names)), 3) for _ in range(200)]
        lines = [": all"]
        for method in ("3cosadd", "3cosmul"):  # so that each method has answers that are right
            for ids, answer in zip(draws, answers_of(rows, draws, method)):
                lines.append(" ".join(names[i] for i in ids + [answer]))
        questions.write_text("\n".join(lines), encoding="ascii")
        units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        judged = [(a, b, round(4 * (units[a] @ units[b]) + draw.random(), 1)) for a, b, _ in draws]
        pairs.write_text(
            "\n".join(f"{names[a]} {names[b]} {score}" for a, b, score in judged), encoding="ascii"
        )
        found = program.json(
            *("evaluate", "--matrix", counts, "--analogy", questions, "--method", "both"),
            *("--similarity", pairs, "--match-case") + settings,
        )
        assert len(found["analogy"]) == 2
        check_numpy(found["analogy"], names, rows, questions_of(questions), len(names))
        cosines = [units[a] @ units[b] for a, b, _ in judged]
        expected = spearmanr(cosines, [score for _, _, score in judged])[0]
        assert abs(found["similarity"][0]["spearman"] - expected) <= CLOSE
        (near,) = program.json("neighbors", "--matrix", counts, names[5], "--top", 7, *settings)
        best = np.sort(np.delete(units @ units[5], 5))[::-1][:7]
        assert np.abs(np.array([n["cosine"] for n in near["neighbors"]]) - best).max() <= CLOSE
    print("rows of a matrix: numpy agrees")


def main():
    program = Program(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, questions, pairs = folder / "vectors.bin", folder / "questions", folder / "pairs"
        words = make_vectors()
        words.save_word2vec_format(str(path), binary=True)
        write_questions(questions)
        write_pairs(pairs, words)
        check_gensim_analogies(program, path, words, questions)
        check_gensim_products(program, path, words, questions)
        for top in (len(words), 200):
            found = program.json(
                *("evaluate", path, "--analogy", questions, "--method", "both", "--match-case"),
                *("--top-vocab", top),
            )["analogy"]
            rows = words.vectors.astype(np.float64)
            check_numpy(found, words.index_to_key, rows, questions_of(questions), top)
        print("analogies: numpy agrees, both methods")
        check_similarity(program, path, words, pairs)
        check_matrix(program, folder)


main()
