// SPDX-License-Identifier: MIT
#include <implicitmf/evaluation/similarity_set.hpp>

#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace {

namespace imf = implicitmf;
using support::holds;
using support::message_of;
using Pairs = std::vector<imf::SimilarityPair>;

Pairs load(const std::string& bytes) {
  const support::TemporaryDirectory directory;
  return imf::load_similarity_set(directory.write("pairs", bytes));
}

std::string fault_in(const std::string& bytes) {
  return message_of<imf::InputError>([&] { static_cast<void>(load(bytes)); });
}

const Pairs two_pairs{{"tiger", "cat", 7.35}, {"caf\xC3\xA9", "tea", -1.0}};

/// Random vectors; the word 3 has none.
imf::Embeddings embeddings() {
  const std::vector<imf::WordCount> words{{"tiger", 9}, {"Cat", 8}, {"tea", 7},
                                          {"none", 6},  {"cat", 5}, {"New York", 4}};
  imf::RandomStream random(1, imf::RandomPurpose::test_data);
  imf::AlignedMatrix vectors(words.size(), 7);
  for (std::size_t r = 0; r < words.size(); ++r)
    for (float& x : vectors.row(r)) x = r == 3 ? 0.0F : static_cast<float>(random.uniform() - 0.5);
  return imf::Embeddings(std::make_shared<const imf::Vocabulary>(words), std::move(vectors));
}

}  // namespace

TEST_CASE("pairs are read, between tabs or spaces, as others write them") {
  for (const std::string bytes :
       {"tiger\tcat\t7.35\ncaf\xC3\xA9\ttea\t-1\n", "tiger cat 7.35\ncaf\xC3\xA9   tea  -1.0",
        " # Word 1\tWord 2\tmean\r\n tiger\t cat \t7.35\t\r\n\r\n\ncaf\xC3\xA9\ttea\t-1e0\r\n"})
    CHECK(load(bytes) == two_pairs);
  const support::NamedPipe pipe("tiger cat 7.35\ncaf\xC3\xA9 tea -1\n");
  CHECK(imf::load_similarity_set(pipe.path()) == two_pairs);
  CHECK(load("New York\tSan Jos\xC3\xA9\t3\n") == Pairs{{"New York", "San Jos\xC3\xA9", 3.0}});
}

TEST_CASE("faults are named with their line") {
  CHECK(holds(fault_in(""), "holds no pairs"));
  CHECK(holds(fault_in("# only a comment\n\n"), "holds no pairs"));
  for (const std::string line :
       {"a b", "a", "a b 1 2", "a\tb\t1\t2", "a\t\t1", "a\t \t1", "\tb\t1", "a b\t1"})
    CHECK(holds(fault_in("a b 1\n\n" + line + "\n"), ":3: expected \"WORD WORD SCORE\", not \""));
  for (const std::string score :
       {"high", "1,5", "nan", "inf", "-inf", "1e999", "+1", "1x", "0x1p3"})
    CHECK(holds(fault_in("a b " + score + "\n"), ":1: the score \"" + score + "\" is no finite"));
  CHECK(holds(fault_in(std::string(100, '\0')), ":1: expected"));
  CHECK(fault_in(std::string(1 << 20, 'x')).size() < 300);
  const support::TemporaryDirectory directory;
  CHECK_THROWS_AS(static_cast<void>(imf::load_similarity_set(directory / "absent")), imf::IoError);
  CHECK_THROWS_AS(static_cast<void>(imf::load_similarity_set(directory.path())), imf::IoError);
}

TEST_CASE("the correlation is that of cosines and scores of the pairs that are there") {
  const imf::Embeddings e = embeddings();
  const Pairs pairs{{"tiger", "cat", 7}, {"tea", "TIGER", 2}, {"tiger", "lion", 9},
                    {"none", "tea", 1},  {"cat", "cat", 10},  {"New York", "tea", 2}};
  const imf::DenseRows space(e);
  const auto expected = [&](imf::WordId cat) {
    const std::vector<double> cosines{space.cosine(0, cat), space.cosine(2, 0), 0.0, 1.0,
                                      space.cosine(5, 2)};
    return imf::spearman(cosines, std::vector<double>{7, 2, 1, 10, 2});
  };
  const auto folded = imf::evaluate_similarity(e, pairs);
  CHECK(folded.pairs == 6);
  CHECK(folded.covered == 5);
  CHECK(folded.spearman == doctest::Approx(expected(1)));  // "Cat" is the more frequent
  const auto exact = imf::evaluate_similarity(e, {pairs[0], pairs[2], pairs[3], pairs[4], pairs[5]},
                                              {.ignore_case = false});
  CHECK(exact.pairs == 5);
  CHECK(exact.covered == 4);
  CHECK(exact.spearman == doctest::Approx(imf::spearman(
                              std::vector<double>{space.cosine(0, 4), 0.0, 1.0, space.cosine(5, 2)},
                              std::vector<double>{7, 1, 10, 2})));
  CHECK(imf::evaluate_similarity(e, pairs, {.ignore_case = false}).covered == 4);
}

TEST_CASE("pairs of which none or one is there have no correlation") {
  const imf::Embeddings e = embeddings();
  const auto none = imf::evaluate_similarity(e, {{"x", "y", 1}, {"tea", "y", 2}});
  CHECK(none.covered == 0);
  CHECK(none.pairs == 2);
  CHECK(std::isnan(none.spearman));
  CHECK(std::isnan(imf::evaluate_similarity(e, {{"tea", "cat", 1}}).spearman));
}
