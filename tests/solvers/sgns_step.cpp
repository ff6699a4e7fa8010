// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/sgns_step.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

#include "archetypes.hpp"

namespace imf = implicitmf;

static_assert(imf::SGNSStep<archetypes::CountingStep>);

namespace {

constexpr std::size_t dimension = 40;
constexpr std::size_t windows = 2;

/// Rows with the state of a step behind them, and a group of them: 3 inputs, the first of which
/// stands twice, against 8 outputs, with a baseline.
struct Example {
  imf::AlignedMatrix words;
  imf::AlignedMatrix contexts;
  std::vector<float*> inputs;
  std::vector<float*> outputs;
  std::vector<float> membership{1, 0, 1, 1, 0, 1, 0, 1};
  std::vector<float> meetings{1, 2, 1, 1};
  imf::AlignedMatrix attraction{windows, 8};
  imf::AlignedMatrix weight{windows, 8};
  imf::AlignedMatrix expected{1, 8};
  imf::AlignedMatrix means{2, dimension};

  explicit Example(std::size_t row_floats) : words(3, row_floats), contexts(8, row_floats) {
    imf::RandomStream random(6, imf::RandomPurpose::test_data);
    for (imf::AlignedMatrix* matrix : {&words, &contexts, &means})
      for (std::size_t r = 0; r < matrix->rows(); ++r)
        for (std::size_t k = 0; k < dimension; ++k)
          (*matrix)(r, k) = static_cast<float>(random.uniform() - 0.5);
    for (const std::size_t r : {0U, 1U, 2U, 0U}) inputs.push_back(words.row_data(r));
    for (std::size_t r = 0; r < 8; ++r) outputs.push_back(contexts.row_data(r));
    for (std::size_t j = windows; j < 8; ++j) expected(0, j) = 0.0625F * static_cast<float>(j);
    for (std::size_t t = 0; t < windows; ++t) {
      attraction(t, t) = 1.0F;
      for (std::size_t j = 0; j < 8; ++j) weight(t, j) = j < windows ? attraction(t, j) : 1.0F;
    }
  }
  Example(const Example&) = delete;
  Example& operator=(const Example&) = delete;

  [[nodiscard]] imf::kernels::SGNSGroup view() const {
    return {.inputs = inputs.data(),
            .input_count = inputs.size(),
            .outputs = outputs.data(),
            .output_count = outputs.size(),
            .columns = imf::kernels::whole_columns(dimension),
            .membership = membership.data(),
            .attraction = attraction.row_data(0),
            .weight = weight.row_data(0),
            .windows = windows,
            .weight_stride = weight.stride(),
            .expected = expected.row_data(0),
            .meetings = meetings.data(),
            .all_meetings = 5.0F,
            .baseline = {means.row_data(0), means.row_data(1)}};
  }
};

/// Trains an example once.
template <class Worker>
void train(Example& example, float rate, Worker worker) {
  imf::AlignedMatrix g(example.inputs.size(), 16);
  const auto view = example.view();
  worker.dots(view, 0, view.columns, g.row_data(0));
  worker.coefficients(view, rate, g.row_data(0));
  worker.move(view, g.row_data(0), rate);
  CHECK(worker.finite());
}

/// Σ of g times the rows it meets, less the baseline's means, in double: the gradient of each
/// input's place and each output.
struct Gradients {
  std::vector<std::vector<double>> inputs;
  std::vector<std::vector<double>> outputs;

  explicit Gradients(const Example& e)
      : inputs(4, std::vector<double>(dimension)), outputs(8, std::vector<double>(dimension)) {
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t k = 0; k < dimension; ++k)
        inputs[i][k] -= static_cast<double>(e.meetings[i] * e.means(1, k));
      for (std::size_t j = 0; j < 8; ++j) {
        double a = 0.0;
        double b = 0.0;
        double x = 0.0;
        for (std::size_t t = 0; t < windows; ++t) {
          const double times = static_cast<double>(e.membership[i * windows + t]);
          a += times * static_cast<double>(e.attraction(t, j));
          b += times * static_cast<double>(e.weight(t, j));
        }
        for (std::size_t k = 0; k < dimension; ++k)
          x += static_cast<double>(e.inputs[i][k]) * static_cast<double>(e.outputs[j][k]);
        const double g = a - b / (1.0 + std::exp(-x));
        const double expected = static_cast<double>(e.expected(0, j) * e.meetings[i]);
        for (std::size_t k = 0; k < dimension; ++k) {
          const double u = static_cast<double>(e.inputs[i][k]);
          const double v = static_cast<double>(e.outputs[j][k]);
          inputs[i][k] += (g + expected) * v;
          outputs[j][k] += g * u + expected * (u - static_cast<double>(e.means(0, k)));
        }
      }
    }
  }
};

}  // namespace

TEST_CASE("a gradient step moves rows by the rate times the gradient") {
  Example example(imf::GradientStep<>::row_floats(dimension));
  const Gradients gradients(example);
  const imf::AlignedMatrix words = example.words;
  const imf::AlignedMatrix contexts = example.contexts;
  // So little that what moves meanwhile does not count.
  constexpr double rate = 1e-4;
  train(example, static_cast<float>(rate), imf::GradientStep<>::worker());
  for (std::size_t k = 0; k < dimension; ++k) {
    for (std::size_t r = 0; r < 3; ++r) {
      const double moved =
          static_cast<double>(example.words(r, k)) - static_cast<double>(words(r, k));
      const double gradient = gradients.inputs[r][k] + (r == 0 ? gradients.inputs[3][k] : 0.0);
      CHECK(moved == doctest::Approx(rate * gradient).epsilon(0.01).scale(1e-5));
    }
    for (std::size_t r = 0; r < 8; ++r) {
      const double moved =
          static_cast<double>(example.contexts(r, k)) - static_cast<double>(contexts(r, k));
      CHECK(moved == doctest::Approx(rate * gradients.outputs[r][k]).epsilon(0.01).scale(1e-5));
    }
  }
}

TEST_CASE("AdaGrad divides by the root of the summed squares, which it keeps behind the vector") {
  Example example(imf::AdaGradStep<>::row_floats(dimension));
  REQUIRE(example.words.stride() == 96);
  const Gradients gradients(example);
  const imf::AlignedMatrix contexts = example.contexts;
  const imf::AlignedMatrix words = example.words;
  train(example, 0.125F, imf::AdaGradStep<>::worker());
  for (std::size_t k = 0; k < dimension; ++k) {
    for (std::size_t r = 0; r < 8; ++r) {
      const double g = gradients.outputs[r][k];
      CHECK(static_cast<double>(example.contexts(r, 48 + k)) ==
            doctest::Approx(g * g).epsilon(1e-4).scale(1e-4));
      CHECK(static_cast<double>(example.contexts(r, k)) - static_cast<double>(contexts(r, k)) ==
            doctest::Approx(g > 0 ? 0.125 : -0.125).epsilon(1e-3));
    }
    // The first word stands twice: two updates, one after the other.
    const double first = gradients.inputs[0][k];
    const double second = gradients.inputs[3][k];
    const double squares = first * first + second * second;
    CHECK(static_cast<double>(example.words(0, 48 + k)) ==
          doctest::Approx(squares).epsilon(1e-4).scale(1e-4));
    CHECK(static_cast<double>(example.words(0, k)) - static_cast<double>(words(0, k)) ==
          doctest::Approx(0.125 * ((first > 0 ? 1.0 : -1.0) + second / std::sqrt(squares)))
              .epsilon(1e-3)
              .scale(0.01));
  }
  for (std::size_t r = 0; r < 8; ++r)
    for (std::size_t k = dimension; k < 48; ++k) {
      CHECK(example.contexts(r, k) == 0.0F);
      CHECK(example.contexts(r, 48 + k) == 0.0F);
    }
}

TEST_CASE_TEMPLATE("a worker knows when it met what is not finite", Step, imf::GradientStep<>,
                   imf::AdaGradStep<>) {
  Example example(Step::row_floats(dimension));
  auto worker = Step::worker();
  imf::AlignedMatrix g(example.inputs.size(), 16);
  worker.dots(example.view(), 0, 48, g.row_data(0));
  worker.coefficients(example.view(), 0.1F, g.row_data(0));
  CHECK(worker.finite());
  example.contexts(5, 3) = std::nanf("");
  worker.dots(example.view(), 0, 48, g.row_data(0));
  worker.coefficients(example.view(), 0.1F, g.row_data(0));
  CHECK_FALSE(worker.finite());
}
