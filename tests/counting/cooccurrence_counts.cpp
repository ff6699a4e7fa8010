// SPDX-License-Identifier: MIT
#include <implicitmf/counting/cooccurrence_counts.hpp>

#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "counting/support.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using counting_tests::numbered_words;
using imf::CooccurrenceCounts;
using imf::Count;
using support::holds;
using support::message_of;

namespace {

using Sums = std::vector<Count>;

/// Two words in three contexts, the last of which has no count.
///     4 1 0
///     0 3 0
imf::Csr<Count> two_by_three() {
  imf::Csr<Count> cells;
  cells.cols = 3;
  cells.offsets = {0, 2, 3};
  cells.columns = {0, 1, 1};
  cells.values = {4, 1, 3};
  return cells;
}

CooccurrenceCounts counts_of(imf::Csr<Count> cells, Count unit = 1, std::string made_with = {}) {
  return {numbered_words(2), numbered_words(3), std::move(cells), unit, std::move(made_with)};
}

}  // namespace

TEST_CASE("marginals are the sums of rows and columns") {
  const CooccurrenceCounts counts = counts_of(two_by_three(), 5, "by hand");
  CHECK(counts.word_sums() == Sums{5, 3});
  CHECK(counts.context_sums() == Sums{4, 4, 0});
  CHECK(counts.total() == 8);
  CHECK(counts.unit() == 5);
  CHECK(counts.made_with() == "by hand");
  CHECK(counts.cells() == two_by_three());
  CHECK(counts.memory_bytes() == 8 * (3 + 2 + 3) + 12 * 3);
}

TEST_CASE("words and contexts have each their vocabulary, shared and not copied") {
  const auto words = numbered_words(2);
  const auto contexts = numbered_words(3);
  const CooccurrenceCounts counts(words, contexts, two_by_three(), 1);
  CHECK(&counts.words() == words.get());
  CHECK(&counts.contexts() == contexts.get());
  CHECK(counts.shared_words() == words);
  CHECK(counts.shared_contexts() == contexts);
}

TEST_CASE("counts may be none") {
  imf::Csr<Count> nothing;
  nothing.cols = 3;
  nothing.offsets = {0, 0, 0};
  const CooccurrenceCounts counts = counts_of(nothing);
  CHECK(counts.total() == 0);
  CHECK(counts.word_sums() == Sums{0, 0});
  CHECK(counts.context_sums() == Sums{0, 0, 0});

  const CooccurrenceCounts empty(numbered_words(0), numbered_words(0), {}, 1);
  CHECK(empty.total() == 0);
  CHECK(empty.word_sums().empty());
}

TEST_CASE("cells that do not fit the vocabularies are refused") {
  const auto check = [](std::size_t words, std::size_t contexts, const char* sizes) {
    CHECK(holds(message_of<imf::InputError>([&] {
                  CooccurrenceCounts(numbered_words(words), numbered_words(contexts),
                                     two_by_three(), 1);
                }),
                sizes));
  };
  check(3, 3, "2 x 3 cells do not fit vocabularies of 3 and 3 words");
  check(2, 2, "2 x 3 cells do not fit vocabularies of 2 and 2 words");
}

TEST_CASE("a unit of 0 and a stored 0 are refused") {
  CHECK(holds(message_of<imf::InputError>([] { counts_of(two_by_three(), 0); }),
              "the unit must be at least 1"));
  imf::Csr<Count> cells = two_by_three();
  cells.values[1] = 0;
  CHECK(holds(message_of<imf::InputError>([&] { counts_of(cells); }), "a stored cell is 0"));
}

TEST_CASE("a total may reach 2^63 steps, and no more") {
  constexpr Count most = Count{1} << 63U;
  imf::Csr<Count> cells = two_by_three();
  cells.values = {most - 4, 1, 3};
  CHECK(counts_of(cells).total() == most);
  CHECK(counts_of(cells).word_sums() == Sums{most - 3, 3});
  for (const imf::Buffer<Count>& values :
       {imf::Buffer<Count>{most - 3, 1, 3}, imf::Buffer<Count>{1, 1, most},
        imf::Buffer<Count>{most, most, most}, imf::Buffer<Count>{~Count{0}, 1, 1}}) {
    cells.values = values;
    CHECK(holds(message_of<imf::InputError>([&] { counts_of(cells); }), "exceeds 2^63 steps"));
  }
}

TEST_CASE("equal counts are equal in all that is stored") {
  const CooccurrenceCounts counts = counts_of(two_by_three(), 5, "by hand");
  CHECK(counts == counts_of(two_by_three(), 5, "by hand"));
  CHECK(counts != counts_of(two_by_three(), 6, "by hand"));
  CHECK(counts != counts_of(two_by_three(), 5, "by heart"));
  imf::Csr<Count> cells = two_by_three();
  cells.values[2] = 2;
  CHECK(counts != counts_of(cells, 5, "by hand"));
  const auto other =
      std::make_shared<const imf::Vocabulary>(std::vector<imf::WordCount>{{"0", 1}, {"one", 1}});
  CHECK(counts != CooccurrenceCounts(other, numbered_words(3), two_by_three(), 5, "by hand"));
}
