// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/negative_baseline.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace imf = implicitmf;
using imf::detail::NegativeBaseline;

namespace {

constexpr std::size_t dimension = 20;
constexpr std::size_t columns = 24;

/// Three inputs in two windows, four outputs of which two were drawn, one of them twice.
struct Example {
  imf::AlignedMatrix rows{7, dimension};
  std::vector<float*> inputs;
  std::vector<float*> outputs;
  std::vector<float> membership{1, 0, 1, 1, 0, 1};
  std::vector<float> meetings{1, 2, 1};
  std::vector<imf::DrawnNegative> negatives{{.output = 1, .noise_class = 5},
                                            {.output = 3, .noise_class = 8},
                                            {.output = 3, .noise_class = 8}};
  std::vector<float> expected{0.0F, 0.25F, 0.0F, 0.5F};

  explicit Example(std::uint64_t seed) {
    imf::RandomStream random(seed, imf::RandomPurpose::test_data);
    for (std::size_t r = 0; r < 7; ++r) {
      for (float& x : rows.row(r)) x = static_cast<float>(random.uniform() - 0.5);
      (r < 3 ? inputs : outputs).push_back(rows.row_data(r));
    }
    expected.resize(16);
  }
  [[nodiscard]] imf::kernels::SGNSGroup view() const {
    return {.inputs = inputs.data(),
            .input_count = 3,
            .outputs = outputs.data(),
            .output_count = 4,
            .columns = columns,
            .membership = membership.data(),
            .windows = 2,
            .weight_stride = 16,
            .expected = expected.data(),
            .meetings = meetings.data(),
            .all_meetings = 4.0F};
  }
  void teach(NegativeBaseline& means, const std::vector<float>& dots) const {
    means.follow(view(), negatives, dots.data());
  }
  /// As often as there are negatives, as each has its turn.
  void teach_all(NegativeBaseline& means, const std::vector<float>& dots) const {
    for (std::size_t i = 0; i < negatives.size(); ++i) teach(means, dots);
  }
  /// The inputs by how often they meet the draws, and the outputs by what is expected of them.
  [[nodiscard]] double mean_input(std::size_t k) const {
    return static_cast<double>(rows(0, k) + 2.0F * rows(1, k) + rows(2, k));
  }
  [[nodiscard]] double mean_output(std::size_t k) const {
    return static_cast<double>(0.25F * rows(4, k) + 0.5F * rows(6, k));
  }
};

/// Dot products: `first` of output 1, `second` of output 3, for the input in the middle.
std::vector<float> dots_of(float first, float second) {
  std::vector<float> dots(48, 1e3F);
  dots[17] = first;
  dots[19] = second;
  return dots;
}
double sigma(const NegativeBaseline& means, std::size_t noise_class) {
  return static_cast<double>(means.sigmas()[noise_class]);
}

}  // namespace

TEST_CASE("there is no baseline before the first group, nor where its sigma may not be above 0") {
  const NegativeBaseline untaught(columns, 1.0F);
  CHECK(untaught.wanted());
  CHECK(untaught.baseline().mean_input == nullptr);
  CHECK(untaught.baseline().mean_output == nullptr);
  NegativeBaseline none(columns, 0.0F);
  Example(1).teach(none, dots_of(0.0F, 0.0F));
  CHECK_FALSE(none.wanted());
  CHECK(none.baseline().mean_input == nullptr);
}

TEST_CASE("the first group is the mean, later ones count as much until there are many") {
  const Example first(1);
  const Example second(2);
  NegativeBaseline means(columns, 1.0F);
  first.teach(means, dots_of(0.0F, 0.0F));
  for (std::size_t k = 0; k < dimension; ++k) {
    CHECK(static_cast<double>(means.baseline().mean_input[k]) ==
          doctest::Approx(first.mean_input(k)));
    CHECK(static_cast<double>(means.baseline().mean_output[k]) ==
          doctest::Approx(first.mean_output(k)));
  }
  second.teach(means, dots_of(0.0F, 0.0F));
  for (std::size_t k = 0; k < dimension; ++k) {
    CHECK(static_cast<double>(means.baseline().mean_input[k]) ==
          doctest::Approx((first.mean_input(k) + second.mean_input(k)) / 2).scale(1));
    CHECK(static_cast<double>(means.baseline().mean_output[k]) ==
          doctest::Approx((first.mean_output(k) + second.mean_output(k)) / 2).scale(1));
  }
  for (std::size_t k = dimension; k < columns; ++k) {
    CHECK(means.baseline().mean_input[k] == 0.0F);
    CHECK(means.baseline().mean_output[k] == 0.0F);
  }
}

TEST_CASE("each class has a sigma of its own: of a half until it is met, then of the mean") {
  NegativeBaseline means(columns, 1.0F);
  CHECK(sigma(means, 5) == doctest::Approx(0.5));
  const float three = std::log(3.0F);  // σ is 3/4, of −log 3 1/4
  Example(1).teach(means, dots_of(three, three));
  CHECK(sigma(means, 5) == doctest::Approx(0.75));
  CHECK(sigma(means, 8) == doctest::Approx(0.5));
  Example(1).teach(means, dots_of(-50.0F, -three));
  Example(1).teach(means, dots_of(-50.0F, -three));
  CHECK(sigma(means, 5) == doctest::Approx(0.75));
  CHECK(sigma(means, 8) == doctest::Approx(0.25));
  CHECK(sigma(means, 6) == doctest::Approx(0.5));
  Example(2).teach_all(means, dots_of(0.0F, three));
  CHECK(sigma(means, 5) == doctest::Approx((0.75 + 0.5) / 2));
  CHECK(sigma(means, 8) == doctest::Approx((2 * 0.25 + 2 * 0.75) / 4));
}

TEST_CASE("means forget, rows sooner than sigmas") {
  const Example before(1);
  const Example after(2);
  const float three = std::log(3.0F);
  NegativeBaseline means(columns, 1.0F);
  for (int i = 0; i < 2000; ++i) before.teach(means, dots_of(0.0F, 0.0F));
  constexpr auto reach = NegativeBaseline::memory / NegativeBaseline::every;
  for (std::size_t i = 0; i < 32 * reach; ++i) after.teach(means, dots_of(three, three));
  for (std::size_t k = 0; k < dimension; ++k)
    CHECK(static_cast<double>(means.baseline().mean_output[k]) ==
          doctest::Approx(after.mean_output(k)).epsilon(1e-3).scale(1));
  CHECK(sigma(means, 5) < 0.65);
  for (int i = 0; i < 12'000; ++i) after.teach(means, dots_of(three, three));
  CHECK(sigma(means, 5) == doctest::Approx(0.75));
  CHECK(sigma(means, 8) == doctest::Approx(0.75));
}

TEST_CASE("what is expected is bounded, not what it is the mean of") {
  NegativeBaseline means(columns, 0.375F);
  CHECK(sigma(means, 5) == 0.375);
  const float three = std::log(3.0F);
  Example(1).teach_all(means, dots_of(-three, three));
  CHECK(sigma(means, 5) == doctest::Approx(0.25));
  CHECK(sigma(means, 8) == 0.375);
  Example(1).teach_all(means, dots_of(three, -50.0F));
  CHECK(sigma(means, 5) == 0.375);
  CHECK(sigma(means, 8) == doctest::Approx(0.375));
}

TEST_CASE("inputs and their number are means of groups that meet more or less") {
  NegativeBaseline means(columns, 1.0F);
  const Example example(1);
  example.teach(means, dots_of(0.0F, 0.0F));
  CHECK(means.baseline().mean_meetings == 4.0F);
  auto view = example.view();
  const std::vector<float> thrice{3, 6, 3};
  view.meetings = thrice.data();
  view.all_meetings = 12.0F;
  means.follow(view, example.negatives, dots_of(0.0F, 0.0F).data());
  CHECK(means.baseline().mean_meetings == 8.0F);
  for (std::size_t k = 0; k < dimension; ++k)
    CHECK(static_cast<double>(means.baseline().mean_input[k]) ==
          doctest::Approx(2.0 * example.mean_input(k)).scale(1));
}

TEST_CASE("groups without inputs teach nothing") {
  const Example example(1);
  NegativeBaseline empty(columns, 1.0F);
  auto view = example.view();
  view.input_count = 0;
  empty.follow(view, example.negatives, dots_of(1.0F, 1.0F).data());
  CHECK(sigma(empty, 5) == doctest::Approx(0.5));
  CHECK(empty.baseline().mean_input == nullptr);
}
