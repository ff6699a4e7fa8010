# SPDX-License-Identifier: MIT
"""gensim loads our vectors and finds the same neighbours; we load gensim's.

Usage: gensim_reads_vectors.py PROGRAM
"""
import random
import sys
import tempfile
from pathlib import Path

from program import Program, skip

try:
    import numpy as np
    from gensim.models import KeyedVectors
except ImportError as error:
    skip(error, "python3-numpy python3-gensim")

TOP = 10
CLOSE = 1e-5
# Words as they come: not ASCII, long, and like numbers.
ODD_WORDS = ["café", "日本", "naïve_coöperation", "-1.5", "x" * 300]


def write_corpus(path):
    """Sentences about topics, so that words have neighbours, in words that few corpora have too."""
    draw = random.Random(7)
    topics = [[f"w{topic}_{word}" for word in range(40)] for topic in range(12)]
    topics[0][: len(ODD_WORDS)] = ODD_WORDS
    common = [f"the{word}" for word in range(30)]
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(6000):
            topic = draw.choice(topics)
            words = [
                draw.choice(common) if draw.random() < 0.3 else topic[int(40 * draw.random() ** 2)]
                for _ in range(draw.randint(3, 14))
            ]
            file.write(" ".join(words) + "\n")


def check_answers(ours, theirs, cosine_of):
    """The same answers in the same order, but that words with like cosines may change places;
    `cosine_of` is gensim's cosine of any word."""
    assert len(ours) == len(theirs) == TOP, (len(ours), len(theirs))
    for rank, (answer, (word, cosine)) in enumerate(zip(ours, theirs)):
        assert abs(answer["cosine"] - cosine) <= CLOSE, (rank, answer, word, cosine)
        own = cosine_of(answer["word"])
        assert abs(answer["cosine"] - own) <= CLOSE, (rank, answer, own)
    assert len({answer["word"] for answer in ours}) == TOP


def check_file(program, path, vectors, queries):
    """The program's neighbours and analogies in a file are those of gensim's KeyedVectors."""
    found = program.json("neighbors", path, *queries, "--top", TOP)
    assert [entry["query"] for entry in found] == queries
    for entry in found:
        query = entry["query"]
        theirs = vectors.most_similar(query, topn=TOP)
        check_answers(
            entry["neighbors"], theirs, lambda word, query=query: vectors.similarity(query, word)
        )
    units = vectors.get_normed_vectors()
    for a, b, c in zip(queries, queries[1:], queries[2:]):
        (entry,) = program.json("analogy", path, a, b, c, "--top", TOP)
        sum_of_units = sum(
            sign * units[vectors.key_to_index[word]] for word, sign in ((b, 1), (a, -1), (c, 1))
        )
        sum_of_units = sum_of_units / np.linalg.norm(sum_of_units)
        theirs = vectors.most_similar(positive=[b, c], negative=[a], topn=TOP)
        check_answers(
            entry["neighbors"],
            theirs,
            lambda word, sought=sum_of_units: float(units[vectors.key_to_index[word]] @ sought),
        )


def main():
    program = Program(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = folder / "corpus.txt"
        write_corpus(corpus)
        loaded = {}
        for binary in (True, False):
            path = folder / ("vectors.bin" if binary else "vectors.txt")
            report = program.json(
                *("train", "--method", "svd", "--input", corpus, "--output", path),
                *("--dim", 50, "--window", 5, "--min-count", 1, "--threads", 2),
            )
            vectors = KeyedVectors.load_word2vec_format(str(path), binary=binary)
            assert vectors.vectors.shape == (report["vocabulary"], 50), vectors.vectors.shape
            loaded[binary] = vectors
            queries = ODD_WORDS + [f"w{topic}_7" for topic in range(1, 12)] + ["the0", "the29"]
            check_file(program, path, vectors, queries)
            print("gensim reads", path.name, "and finds the same")
        assert loaded[True].index_to_key == loaded[False].index_to_key
        assert np.array_equal(loaded[True].vectors, loaded[False].vectors)
        for binary in (True, False):
            path = folder / ("gensim.bin" if binary else "gensim.txt")
            loaded[True].save_word2vec_format(str(path), binary=binary)
            check_file(program, path, loaded[True], queries)
            print("we read gensim's", path.name, "and find the same")


main()
