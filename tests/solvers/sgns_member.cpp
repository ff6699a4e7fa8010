// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/sgns_member.hpp>

#include <bit>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>
#include <implicitmf/solvers/training_windows.hpp>

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

/// Of several classes of contexts.
std::vector<imf::Count> uneven_counts() {
  std::vector<imf::Count> counts;
  for (std::size_t c = 0; c < contexts; ++c) counts.push_back(1 + c * c);
  return counts;
}

/// Pairs as seven batches of a list's groups.
struct Example {
  std::vector<imf::WordPair> pairs;
  imf::WindowList list;
  imf::NegativeSampler sampler{uneven_counts(), imf::EmpiricalContexts{}, imf::Collision::skip};
  Example() {
    imf::RandomStream random(5, imf::RandomPurpose::test_data);
    for (std::size_t i = 0; i < 400; ++i)
      pairs.push_back({static_cast<imf::WordId>(random.below(words)),
                       static_cast<imf::WordId>(random.below(contexts))});
    imf::PairWindows(pairs).fill({0, pairs.size()}, 0, list);
    list.group({.windows = 4, .tokens = 48, .word_pairs = 20});
  }
  [[nodiscard]] std::vector<imf::IndexRange> batches() const {
    std::vector<imf::IndexRange> batches;
    for (std::size_t b = 0; b < 7; ++b) batches.push_back(imf::partition(list.group_count(), 7, b));
    return batches;
  }
  static imf::RandomStream negatives(std::size_t window) {
    return imf::RandomStream(1, imf::RandomPurpose::negatives, window);
  }
};

constexpr float largest_sigma = 0.375F;

/// The vectors after all batches, by so many members in turn, each a batch ahead with the products.
imf::Factors by_members(const Example& example, imf::Factors vectors, std::size_t count,
                        float rate) {
  const std::size_t dimension = vectors.words.cols();
  std::vector<imf::detail::SGNSMember<Step>> members;
  for (std::size_t i = 0; i < count; ++i)
    members.emplace_back(Step{}, dimension,
                         imf::partition(ColumnBlocks(dimension).count(), count, i),
                         example.batches()[0].size(), 4, imf::NegativeDraw{3, 1.0F},
                         imf::Collision::skip, largest_sigma);
  for (auto& member : members) member.take(vectors);
  // Each in its own pace, as far apart as they may be.
  const auto add = [&](auto& member, std::size_t batch) {
    member.add_dots(example.list, example.batches()[batch], example.sampler, Example::negatives);
  };
  const std::size_t batches = example.batches().size();
  for (auto& member : members) add(member, 0);
  for (std::size_t batch = 1; batch < batches; ++batch) {
    for (auto& member : members) {
      add(member, batch);
      for (const auto& other : members) member.fetch_part(other);
    }
    for (auto& member : members) member.move(members, rate);
  }
  for (auto& member : members) {
    member.move(members, rate);
    CHECK(member.added() == batches);
    CHECK(member.moved() == batches);
  }
  for (const auto& member : members) {
    CHECK(member.finite());
    member.give(vectors);
  }
  return vectors;
}

/// The same by its definition: products of a batch from vectors that the batch before has not moved
/// yet.
imf::Factors obvious(const Example& example, imf::Factors vectors, float rate) {
  struct Batch {
    std::vector<imf::WindowGroup> groups;
    void move(Step::Worker& worker, NegativeBaseline& means, float by) {
      const auto baseline = means.baseline();
      for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i].expect(means.sigmas());
        const auto view = groups[i].view(baseline);
        float* const g = groups[i].coefficients().data();
        if (i % NegativeBaseline::every == 0) means.follow(view, groups[i].negatives(), g);
        worker.coefficients(view, by, g);
      }
      for (auto& group : groups) worker.move(group.view(baseline), group.coefficients().data(), by);
      groups.clear();
    }
  };
  auto worker = Step::worker();
  NegativeBaseline means(imf::kernels::whole_columns(vectors.words.cols()), largest_sigma);
  Batch before;
  for (const imf::IndexRange batch : example.batches()) {
    Batch now;
    for (std::size_t i = batch.begin; i < batch.end; ++i) {
      const imf::IndexRange windows = example.list.group_windows(i);
      now.groups.emplace_back(4, imf::NegativeDraw{3, 1.0F}, imf::Collision::skip,
                              vectors.words.cols());
      auto& group = now.groups.back();
      group.build(example.list, windows, example.sampler, Example::negatives(windows.begin),
                  vectors, 0);
      const auto view = group.view();
      worker.dots(view, 0, view.columns, group.coefficients().data());
    }
    before.move(worker, means, rate);
    before = std::move(now);
  }
  before.move(worker, means, rate);
  return vectors;
}

}  // namespace

TEST_CASE("blocks begin with whole panels, and have all columns") {
  for (std::size_t dimension = 1; dimension < 3000; dimension += 7) {
    const ColumnBlocks blocks(dimension);
    REQUIRE(blocks.count() >= 1);
    REQUIRE(blocks.count() <= 8);
    REQUIRE(std::has_single_bit(blocks.count()));
    std::size_t end = 0;
    for (std::size_t b = 0; b < blocks.count(); ++b) {
      const imf::IndexRange columns = blocks.columns({b, b + 1});
      REQUIRE(columns.begin == end);
      REQUIRE(columns.end > columns.begin);
      REQUIRE(columns.begin % imf::kernels::panel_width == 0);
      end = columns.end;
    }
    REQUIRE(end == imf::kernels::whole_columns(dimension));
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
    for (std::size_t count = 2; count <= ColumnBlocks(dimension).count(); count *= 2)
      CHECK(by_members(example, start, count, 0.05F) == one);
  }
}

TEST_CASE("arrays are added by pairs, so that a half of them is a number of its own") {
  for (const std::size_t count : {1U, 2U, 4U, 8U}) {
    AlignedMatrix arrays = random_matrix(1, count * 5, count);
    std::vector<float> halves(arrays.row_data(0), arrays.row_data(0) + count * 5);
    const std::vector<float> terms = halves;
    imf::detail::add_by_pairs(arrays.row_data(0), count, 5);
    for (std::size_t k = 0; k < 5; ++k) {
      double sum = 0.0;
      for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(terms[i * 5 + k]);
      CHECK(static_cast<double>(arrays(0, k)) == doctest::Approx(sum).epsilon(1e-5));
    }
    if (count == 1) continue;
    float* const second = halves.data() + count / 2 * 5;
    imf::detail::add_by_pairs(halves.data(), count / 2, 5);
    imf::detail::add_by_pairs(second, count / 2, 5);
    for (std::size_t k = 0; k < 5; ++k) CHECK(arrays(0, k) == halves[k] + second[k]);
  }
}

TEST_CASE("members give back what they took") {
  const Example example;
  const imf::Factors start{random_matrix(words, 100, 1), random_matrix(contexts, 100, 2)};
  CHECK(by_members(example, start, 1, 0.0F) == start);
  CHECK(by_members(example, start, 2, 0.0F) == start);
}
