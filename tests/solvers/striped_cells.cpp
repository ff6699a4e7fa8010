// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/striped_cells.hpp>

#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::GlobalObjective;
using imf::SGNSObjective;
using imf::WordId;

TEST_CASE("cells are those of the counts, by stripes") {
  const auto counts = support::random_counts(20, 23, 200, 1);
  const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
  for (const std::size_t stripes : {std::size_t{1}, std::size_t{4}, std::size_t{40}}) {
    const imf::detail::StripedCells cells(objective, stripes);
    REQUIRE(cells.begins.size() == 20 * stripes + 1);
    CHECK(cells.begins.back() == objective.observed());
    std::size_t seen = 0;
    for (WordId w = 0; w < 20; ++w)
      for (std::size_t q = 0; q < stripes; ++q)
        for (auto i = cells.begins[w * stripes + q]; i < cells.begins[w * stripes + q + 1]; ++i) {
          CHECK(cells.contexts[i] % stripes == q);
          CHECK(static_cast<double>(cells.counts[i]) ==
                Approx(objective.pair(w, cells.contexts[i]).positives));
          ++seen;
        }
    CHECK(seen == objective.observed());
  }
}

TEST_CASE("the noise of a stripe is shared by its head and its tail") {
  const std::vector<double> noise = {0.4, 0.3, 0.0, 0.1, 0.1, 0.1};
  const imf::detail::StripeNoise even(noise, 0, 2, 1);
  CHECK(even.head == std::vector<WordId>{0});
  CHECK(even.tail_noise == Approx(0.1));
  CHECK(even.tail->draw(0) == 2);  // the third of the stripe: the first is the head, q of one is 0
  const imf::detail::StripeNoise all(noise, 1, 2, 3);
  CHECK(all.head == std::vector<WordId>{1, 3, 5});
  CHECK_FALSE(all.tail.has_value());
}

TEST_CASE("a group adds up what is one context, and is empty again for the next word") {
  imf::AlignedMatrix words(1, 16);
  imf::AlignedMatrix contexts(9, 16);
  imf::detail::CellGroup group(4, 3);  // contexts 1, 4 and 7 of the stripe 1 of 3
  for (int turn = 0; turn < 2; ++turn) {
    group.begin(words.row_data(0));
    group.add(4, contexts, 2.0F, 2.0F);
    group.add(7, contexts, 0.0F, 1.0F);
    group.add(4, contexts, 0.0F, 0.5F);
    const auto view = group.view(16);
    REQUIRE(view.output_count == 2);
    CHECK(view.outputs[0] == contexts.row_data(4));
    CHECK(view.outputs[1] == contexts.row_data(7));
    CHECK(view.attraction[0] == 2.0F);
    CHECK(view.weight[0] == 2.5F);
    CHECK(view.weight[1] == 1.0F);
    CHECK(view.weight[2] == 0.0F);
    CHECK(view.inputs[0] == words.row_data(0));
  }
}
