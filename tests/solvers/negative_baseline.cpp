// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/negative_baseline.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace imf = implicitmf;
using imf::detail::NegativeBaseline;

namespace {

constexpr std::size_t dimension = 20;
constexpr std::size_t stride = 32;

/// Three inputs in two windows, four outputs of which two were drawn, one of them twice.
struct Example {
  imf::AlignedMatrix rows{7, dimension};
  std::vector<float*> inputs;
  std::vector<float*> outputs;
  std::vector<float> membership{1, 0, 1, 1, 0, 1};
  std::vector<float> meetings{1, 2, 1};
  std::vector<float> draws{0.0F, 1.0F, 0.0F, 2.0F};

  explicit Example(std::uint64_t seed) {
    imf::RandomStream random(seed, imf::RandomPurpose::test_data);
    for (std::size_t r = 0; r < 7; ++r) {
      for (float& x : rows.row(r)) x = static_cast<float>(random.uniform() - 0.5);
      (r < 3 ? inputs : outputs).push_back(rows.row_data(r));
    }
    draws.resize(16);
  }
  [[nodiscard]] imf::kernels::SGNSGroup view() const {
    return {.inputs = inputs.data(),
            .input_count = 3,
            .outputs = outputs.data(),
            .output_count = 4,
            .stride = stride,
            .membership = membership.data(),
            .windows = 2,
            .weight_stride = 16,
            .draws = draws.data(),
            .meetings = meetings.data()};
  }
  /// The mean input by how often it meets the draws, and the mean output by these.
  [[nodiscard]] double mean_input(std::size_t k) const {
    return static_cast<double>(rows(0, k) + 2.0F * rows(1, k) + rows(2, k)) / 4.0;
  }
  [[nodiscard]] double mean_output(std::size_t k) const {
    return static_cast<double>(rows(4, k) + 2.0F * rows(6, k)) / 3.0;
  }
};

/// Dot products that are all `x`.
std::vector<float> all_dots(float x) { return std::vector<float>(48, x); }

}  // namespace

TEST_CASE("there is no baseline before the first group, nor where its sigma may not be above 0") {
  CHECK(NegativeBaseline(stride, 1.0F).baseline().sigma == 0.0F);
  NegativeBaseline none(stride, 0.0F);
  none.follow(Example(1).view(), all_dots(0.0F).data());
  CHECK(none.baseline().sigma == 0.0F);
}

TEST_CASE("the first group is the mean, later ones count as much until there are many") {
  const Example first(1);
  const Example second(2);
  NegativeBaseline means(stride, 1.0F);
  means.follow(first.view(), all_dots(0.0F).data());
  CHECK(static_cast<double>(means.baseline().sigma) == doctest::Approx(0.5));
  for (std::size_t k = 0; k < dimension; ++k) {
    CHECK(static_cast<double>(means.baseline().mean_input[k]) ==
          doctest::Approx(first.mean_input(k)));
    CHECK(static_cast<double>(means.baseline().mean_output[k]) ==
          doctest::Approx(first.mean_output(k)));
  }
  means.follow(second.view(), all_dots(std::log(3.0F)).data());
  CHECK(static_cast<double>(means.baseline().sigma) == doctest::Approx(0.625));
  for (std::size_t k = 0; k < dimension; ++k) {
    CHECK(static_cast<double>(means.baseline().mean_input[k]) ==
          doctest::Approx((first.mean_input(k) + second.mean_input(k)) / 2).scale(1));
    CHECK(static_cast<double>(means.baseline().mean_output[k]) ==
          doctest::Approx((first.mean_output(k) + second.mean_output(k)) / 2).scale(1));
  }
  for (std::size_t k = dimension; k < stride; ++k) {
    CHECK(means.baseline().mean_input[k] == 0.0F);
    CHECK(means.baseline().mean_output[k] == 0.0F);
  }
}

TEST_CASE("means forget, rows sooner than sigma") {
  const Example before(1);
  const Example after(2);
  NegativeBaseline means(stride, 1.0F);
  for (int i = 0; i < 2000; ++i) means.follow(before.view(), all_dots(0.0F).data());
  constexpr auto reach = NegativeBaseline::memory / NegativeBaseline::every;
  for (std::size_t i = 0; i < 20 * reach; ++i)
    means.follow(after.view(), all_dots(std::log(3.0F)).data());
  for (std::size_t k = 0; k < dimension; ++k)
    CHECK(static_cast<double>(means.baseline().mean_output[k]) ==
          doctest::Approx(after.mean_output(k)).scale(1));
  CHECK(means.baseline().sigma < 0.6F);
  for (int i = 0; i < 8000; ++i) means.follow(after.view(), all_dots(std::log(3.0F)).data());
  CHECK(static_cast<double>(means.baseline().sigma) == doctest::Approx(0.75));
}

TEST_CASE("sigma is bounded, and groups without inputs or draws teach nothing") {
  NegativeBaseline means(stride, 0.375F);
  Example example(1);
  means.follow(example.view(), all_dots(0.0F).data());
  CHECK(means.baseline().sigma == 0.375F);

  NegativeBaseline empty(stride, 1.0F);
  auto view = example.view();
  view.input_count = 0;
  empty.follow(view, all_dots(0.0F).data());
  example.draws.assign(16, 0.0F);
  empty.follow(example.view(), all_dots(0.0F).data());
  CHECK(empty.baseline().sigma == 0.0F);
  CHECK(empty.baseline().mean_input[0] == 0.0F);
}
