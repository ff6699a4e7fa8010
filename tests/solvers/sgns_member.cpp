// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/sgns_member.hpp>

#include <cstddef>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace imf = implicitmf;
using imf::AlignedMatrix;
using imf::detail::ColumnBlocks;
using imf::detail::NegativeBaseline;
using Step = imf::GradientStep<>;

namespace {

constexpr std::size_t words = 40;
constexpr std::size_t contexts = 30;

AlignedMatrix random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  imf::RandomStream random(seed, imf::RandomPurpose::test_data);
  AlignedMatrix matrix(rows, cols);
  for (std::size_t r = 0; r < rows; ++r)
    for (float& x : matrix.row(r)) x = static_cast<float>(random.uniform() - 0.5);
  return matrix;
}

/// Pairs as two batches of a list's groups.
struct Example {
  std::vector<imf::WordPair> pairs;
  imf::WindowList list;
  imf::NegativeSampler sampler{std::vector<imf::Count>(contexts, 1), imf::EmpiricalContexts{},
                               imf::Collision::skip};
  Example() {
    imf::RandomStream random(5, imf::RandomPurpose::test_data);
    for (std::size_t i = 0; i < 400; ++i)
      pairs.push_back({static_cast<imf::WordId>(random.below(words)),
                       static_cast<imf::WordId>(random.below(contexts))});
    imf::PairWindows(pairs).fill({0, pairs.size()}, 0, list);
    list.group({.windows = 4, .tokens = 48, .word_pairs = 20});
  }
  [[nodiscard]] std::vector<imf::IndexRange> batches() const {
    return {{0, list.group_count() / 2}, {list.group_count() / 2, list.group_count()}};
  }
  static imf::RandomStream negatives(std::size_t window) {
    return imf::RandomStream(1, imf::RandomPurpose::negatives, window);
  }
};

constexpr float largest_sigma = 0.375F;

/// The vectors after both batches, by so many members in turn.
imf::Factors by_members(const Example& example, imf::Factors vectors, std::size_t count,
                        float rate) {
  const std::size_t dimension = vectors.words.cols();
  std::vector<imf::detail::SGNSMember<Step>> members;
  for (std::size_t i = 0; i < count; ++i)
    members.emplace_back(Step{}, dimension,
                         imf::partition(ColumnBlocks(dimension).count(), count, i),
                         example.list.group_count(), 4, imf::NegativeDraw{3, 1.0F},
                         imf::Collision::skip, largest_sigma);
  for (auto& member : members) member.take(vectors);
  for (const imf::IndexRange batch : example.batches()) {
    for (auto& member : members)
      member.add_dots(example.list, batch, example.sampler, Example::negatives);
    for (auto& member : members) member.move(members, rate);
  }
  for (const auto& member : members) {
    CHECK(member.finite());
    member.give(vectors);
  }
  return vectors;
}

/// The same by its definition: of each batch all coefficients, then all moves.
imf::Factors obvious(const Example& example, imf::Factors vectors, float rate) {
  auto worker = Step::worker();
  NegativeBaseline means(AlignedMatrix::padded(vectors.words.cols()), largest_sigma);
  for (const imf::IndexRange batch : example.batches()) {
    std::vector<imf::WindowGroup> groups;
    const auto baseline = means.baseline();
    for (std::size_t i = batch.begin; i < batch.end; ++i) {
      const imf::IndexRange windows = example.list.group_windows(i);
      groups.emplace_back(4, imf::NegativeDraw{3, 1.0F}, imf::Collision::skip,
                          vectors.words.cols());
      groups.back().build(example.list, windows, example.sampler, Example::negatives(windows.begin),
                          vectors, 0);
      const auto view = groups.back().view(baseline);
      worker.dots(view, 0, view.stride, groups.back().coefficients().data());
      if ((i - batch.begin) % NegativeBaseline::every == 0)
        means.follow(view, groups.back().coefficients().data());
      worker.coefficients(view, rate, groups.back().coefficients().data());
    }
    for (auto& group : groups) worker.move(group.view(baseline), group.coefficients().data(), rate);
  }
  return vectors;
}

}  // namespace

TEST_CASE("blocks are whole panels, and all columns") {
  for (std::size_t dimension = 1; dimension < 3000; dimension += 7) {
    const ColumnBlocks blocks(dimension);
    REQUIRE(blocks.count() >= 1);
    REQUIRE(blocks.count() <= 8);
    std::size_t end = 0;
    for (std::size_t b = 0; b < blocks.count(); ++b) {
      const imf::IndexRange columns = blocks.columns({b, b + 1});
      REQUIRE(columns.begin == end);
      REQUIRE(columns.end > columns.begin);
      REQUIRE(columns.end % imf::kernels::panel_width == 0);
      end = columns.end;
    }
    REQUIRE(end == AlignedMatrix::padded(dimension));
    REQUIRE(blocks.columns({0, blocks.count()}) == imf::IndexRange{0, end});
  }
  CHECK(ColumnBlocks(16).count() == 1);
  CHECK(ColumnBlocks(17).count() == 2);
  CHECK(ColumnBlocks(100).count() == 2);
  CHECK(ColumnBlocks(300).count() == 4);
  CHECK(ColumnBlocks(500).count() == 8);
}

TEST_CASE("members move vectors as the definition does, and by the same bits however many") {
  const Example example;
  REQUIRE(example.list.group_count() > 50);
  for (const std::size_t dimension : {9U, 40U, 300U, 500U}) {
    CAPTURE(dimension);
    const imf::Factors start{random_matrix(words, dimension, 1),
                             random_matrix(contexts, dimension, 2)};
    const imf::Factors expected = obvious(example, start, 0.05F);
    const imf::Factors one = by_members(example, start, 1, 0.05F);
    for (std::size_t r = 0; r < words; ++r)
      for (std::size_t k = 0; k < dimension; ++k)
        REQUIRE(static_cast<double>(one.words(r, k)) ==
                doctest::Approx(static_cast<double>(expected.words(r, k))).epsilon(1e-4).scale(1));
    for (std::size_t r = 0; r < contexts; ++r)
      for (std::size_t k = 0; k < dimension; ++k)
        REQUIRE(
            static_cast<double>(one.contexts(r, k)) ==
            doctest::Approx(static_cast<double>(expected.contexts(r, k))).epsilon(1e-4).scale(1));
    CHECK_FALSE(one == start);
    for (std::size_t count = 2; count <= ColumnBlocks(dimension).count(); ++count)
      CHECK(by_members(example, start, count, 0.05F) == one);
  }
}

TEST_CASE("members give back what they took") {
  const Example example;
  const imf::Factors start{random_matrix(words, 100, 1), random_matrix(contexts, 100, 2)};
  CHECK(by_members(example, start, 1, 0.0F) == start);
  CHECK(by_members(example, start, 2, 0.0F) == start);
}
