// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/sgns_group.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace {

using implicitmf::AlignedMatrix;
using implicitmf::Buffer;
using implicitmf::DefaultArch;
using implicitmf::kernels::ExactSigmoid;
using implicitmf::kernels::FastSigmoid;
using implicitmf::kernels::FloatBatch;
using implicitmf::kernels::panel_width;
using implicitmf::kernels::SGNSGroup;
using implicitmf::kernels::SGNSKernel;
using implicitmf::kernels::whole_columns;
using namespace kernel_tests;

constexpr std::size_t tile_outputs = 6;

/// σ(x) = x, so that the coefficients show the bits of the dot products.
struct Identity {
  template <class Arch>
  [[nodiscard]] FloatBatch<Arch> sigmoid(FloatBatch<Arch> x) const noexcept {
    return x;
  }
  template <class Arch>
  [[nodiscard]] FloatBatch<Arch> log_sigmoid(FloatBatch<Arch> x) const noexcept {
    return x;
  }
};

struct Shape {
  std::size_t inputs;
  std::size_t outputs;
  std::size_t windows = 1;
  std::size_t dimension = 16;
  bool repeats = false;  // some inputs are the same row
  std::size_t spare_weights = 0;

  [[nodiscard]] std::size_t columns() const { return whole_columns(dimension); }
  [[nodiscard]] std::size_t weight_stride() const {
    return AlignedMatrix::padded(outputs) + spare_weights;
  }
};

/// All tiles of inputs and outputs with all their remainders; the rest varies along.
std::vector<Shape> shapes() {
  std::vector<Shape> all;
  const auto add = [&](std::size_t inputs, std::size_t outputs) {
    const std::size_t n = all.size();
    constexpr std::size_t windows[] = {1, 2, 4, 5};
    all.push_back({.inputs = inputs,
                   .outputs = outputs,
                   .windows = windows[n % 4],
                   .dimension = 1 + n * 29 % 67,
                   .repeats = n % 3 == 0,
                   .spare_weights = n % 5 == 0 ? panel_width : 0});
  };
  // Tiles take up to four inputs: those alone, and every remainder, meet every count of outputs.
  for (std::size_t inputs = 1; inputs <= 20; ++inputs)
    for (std::size_t outputs = 1; outputs <= 20; ++outputs)
      if (inputs <= 4 || (inputs + outputs) % 3 == 0) add(inputs, outputs);
  for (const std::size_t many : {33U, 50U}) {
    add(many, 3);
    add(2, many);
  }
  return all;
}

/// What a group points to. Its rows are the odd ones of a matrix, in no order; all else there, the
/// panel behind each row included, is NaN.
struct Example {
  explicit Example(Shape s, std::uint64_t seed = 1)
      : shape(s),
        rows(noise_matrix(2 * (s.inputs + s.outputs) + 1, s.columns(), seed)),
        membership(s.inputs * s.windows),
        attraction(s.windows * s.weight_stride(), 0.0F),
        weight(s.windows * s.weight_stride(), 0.0F) {
    Noise noise(seed + 1);
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      float* const row = rows.row_data(r);
      if (r % 2 == 0)
        std::fill_n(row, rows.stride(), quiet_nan);
      else
        std::fill(row + s.dimension, row + s.columns(), 0.0F);
    }
    std::vector<std::size_t> order(s.inputs + s.outputs);
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = 2 * i + 1;
      std::swap(order[i], order[noise.below(i + 1)]);
    }
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(s.inputs);
    inputs.assign(order.begin(), middle);
    outputs.assign(middle, order.end());
    if (s.repeats)
      for (std::size_t i = 1; i < s.inputs; i += 2) inputs[i] = inputs[noise.below(i)];

    for (float& times : membership) times = static_cast<float>(noise.below(3));
    for (std::size_t t = 0; t < s.windows; ++t)
      for (std::size_t j = 0; j < s.outputs; ++j) {
        const std::size_t at = t * s.weight_stride() + j;
        attraction[at] = std::fabs(noise());
        weight[at] = attraction[at] + std::fabs(noise());
      }
  }

  /// The rows at `which`, as a group names them.
  static std::vector<float*> pointers(AlignedMatrix& m, const std::vector<std::size_t>& which) {
    std::vector<float*> p;
    for (const std::size_t r : which) p.push_back(m.row_data(r));
    return p;
  }

  /// Calls function(group).
  template <class Function>
  void with_group(const Function& function) {
    const std::vector<float*> in = pointers(rows, inputs);
    const std::vector<float*> out = pointers(rows, outputs);
    function(SGNSGroup{.inputs = in.data(),
                       .input_count = shape.inputs,
                       .outputs = out.data(),
                       .output_count = shape.outputs,
                       .columns = shape.columns(),
                       .membership = membership.data(),
                       .attraction = attraction.data(),
                       .weight = weight.data(),
                       .windows = shape.windows,
                       .weight_stride = shape.weight_stride()});
  }

  template <class Kernel>
  Buffer<float> coefficients(Kernel& kernel, float rate) {
    Buffer<float> g(shape.inputs * shape.weight_stride(), 7.0F);
    with_group([&](const SGNSGroup& group) {
      kernel.dots(group, 0, group.columns, g.data());
      kernel.coefficients(group, rate, g.data());
    });
    return g;
  }
  /// Coefficients that no kernel made; NaN at the places that stand for no output.
  [[nodiscard]] Buffer<float> some_coefficients() const {
    Noise noise(shape.inputs + 100 * shape.outputs);
    Buffer<float> g(shape.inputs * shape.weight_stride(), quiet_nan);
    for (std::size_t i = 0; i < shape.inputs; ++i)
      for (std::size_t j = 0; j < shape.outputs; ++j) g[i * shape.weight_stride() + j] = noise();
    return g;
  }

  Shape shape;
  AlignedMatrix rows;
  std::vector<std::size_t> inputs;
  std::vector<std::size_t> outputs;
  std::vector<float> membership;
  Buffer<float> attraction;
  Buffer<float> weight;
};

long double exact_sigmoid(long double x) { return 1.0L / (1.0L + std::exp(-x)); }

/// The weights that a pair has in all windows together.
long double total(const Example& e, const Buffer<float>& table, std::size_t i, std::size_t j) {
  ExactSum sum;
  for (std::size_t t = 0; t < e.shape.windows; ++t)
    sum.add(e.membership[i * e.shape.windows + t], table[t * e.shape.weight_stride() + j]);
  return sum.value;
}

/// Whether all coefficients are within what the documented errors of their parts add up to.
template <class Arch, class Policy>
bool coefficients_are_close(Example& e, float rate, long double sigmoid_roundings) {
  SGNSKernel<Arch, Policy> kernel;
  const Buffer<float> g = e.coefficients(kernel, rate);
  const auto n = static_cast<long double>(e.shape.columns());
  const auto w = static_cast<long double>(FloatBatch<Arch>::width);
  const auto windows = static_cast<long double>(e.shape.windows);
  for (std::size_t i = 0; i < e.shape.inputs; ++i)
    for (std::size_t j = 0; j < e.shape.outputs; ++j) {
      ExactSum x;
      for (std::size_t k = 0; k < e.shape.columns(); ++k)
        x.add(e.rows(e.inputs[i], k), e.rows(e.outputs[j], k));
      const long double a = total(e, e.attraction, i, j);
      const long double b = total(e, e.weight, i, j);
      const long double sigma = exact_sigmoid(x.value);
      // No slope of σ is above 1/4.
      const long double of_sigma = (std::ceil(n / w) + std::log2(w)) * x.magnitude / 4;
      const long double bound =
          b * (of_sigma + sigmoid_roundings * sigma) + (windows + 3) * (a + b * sigma);
      const long double exact = static_cast<long double>(rate) * (a - b * sigma);
      const auto got = static_cast<long double>(g[i * e.shape.weight_stride() + j]);
      const long double scale = std::fabs(static_cast<long double>(rate)) * unit_roundoff;
      if (!(std::fabs(got - exact) <= bound * scale * 1.001L)) return false;
    }
  return kernel.finite();
}

/// A long double that carries a bound of the error that floats would have in its place.
struct Bounded {
  Bounded(float x) : value(x) {}
  Bounded(long double v, long double e) : value(v), error(e) {}

  friend Bounded multiply_add(float factor, const Bounded& x, const Bounded& sum) {
    const long double product = static_cast<long double>(factor) * x.value;
    const long double moved = product + sum.value;
    const long double carried = sum.error + std::fabs(static_cast<long double>(factor)) * x.error;
    const long double rounding = unit_roundoff * (std::fabs(product) + std::fabs(moved));
    return {moved, carried + rounding * 1.001L};
  }

  long double value;
  long double error = 0;
};

template <class Number>
using Rows = std::vector<std::vector<Number>>;

template <class Number>
Rows<Number> rows_of(const AlignedMatrix& m) {
  Rows<Number> rows;
  for (std::size_t r = 0; r < m.rows(); ++r)
    rows.emplace_back(m.row_data(r), m.row_data(r) + m.stride());
  return rows;
}

/// One column of the rows as update() documents it (`to` is `rows`), or add_gradient(), where each
/// input moves by mean_share[i] first.
template <class Number>
void documented_moves(const Example& e, const Buffer<float>& g, std::size_t k, Rows<Number>& rows,
                      Rows<Number>& to, const std::vector<float>& mean_share = {}) {
  const std::size_t outputs = e.shape.outputs;
  const std::size_t tiles = (outputs + tile_outputs - 1) / tile_outputs;
  for (std::size_t tile = 0, begin = 0; tile < tiles; ++tile) {
    const std::size_t end = begin + (outputs - begin + tiles - tile - 1) / (tiles - tile);
    std::vector<Number> old;
    for (std::size_t j = begin; j < end; ++j) old.push_back(rows[e.outputs[j]][k]);
    for (std::size_t i = 0; i < e.shape.inputs; ++i) {
      const Number input = rows[e.inputs[i]][k];
      Number& moved = to[e.inputs[i]][k];
      if (tile == 0 && !mean_share.empty()) moved = multiply_add(1.0F, mean_share[i], moved);
      for (std::size_t j = begin; j < end; ++j) {
        const float factor = g[i * e.shape.weight_stride() + j];
        Number& output = to[e.outputs[j]][k];
        output = multiply_add(factor, input, output);
        moved = multiply_add(factor, old[j - begin], moved);
      }
    }
    begin = end;
  }
}

/// Whether all of the matrix, what no kernel may touch included, has the bits of the rows.
bool same_rows(const AlignedMatrix& m, const Rows<float>& rows) {
  for (std::size_t r = 0; r < m.rows(); ++r)
    for (std::size_t k = 0; k < m.stride(); ++k)
      if (!same_bits(m.row_data(r)[k], rows[r][k])) return false;
  return true;
}

/// Whether the columns that the group has are within the bounds that the rows carry.
bool close_rows(const Example& e, const AlignedMatrix& m, const Rows<Bounded>& rows) {
  for (std::size_t r = 1; r < m.rows(); r += 2)
    for (std::size_t k = 0; k < e.shape.columns(); ++k) {
      const Bounded& expected = rows[r][k];
      const long double error = std::fabs(static_cast<long double>(m(r, k)) - expected.value);
      if (!(error <= expected.error)) return false;
    }
  return true;
}

/// The pairs' objective Σ a log σ(u · v) + (b − a) log σ(−u · v).
long double objective(const Example& e, const Rows<long double>& rows) {
  long double sum = 0;
  for (std::size_t i = 0; i < e.shape.inputs; ++i)
    for (std::size_t j = 0; j < e.shape.outputs; ++j) {
      long double x = 0;
      for (std::size_t k = 0; k < e.shape.dimension; ++k)
        x += rows[e.inputs[i]][k] * rows[e.outputs[j]][k];
      const long double a = total(e, e.attraction, i, j);
      sum += a * std::log(exact_sigmoid(x)) +
             (total(e, e.weight, i, j) - a) * std::log(exact_sigmoid(-x));
    }
  return sum;
}

}  // namespace

TEST_CASE_TEMPLATE("coefficients are within their bound at every shape", Arch, DefaultArch,
                   PlainArch) {
  for (const Shape& shape : shapes()) {
    CAPTURE(shape.inputs);
    CAPTURE(shape.outputs);
    CAPTURE(shape.dimension);
    Example e(shape);
    REQUIRE(coefficients_are_close<Arch, FastSigmoid>(e, 0.75F, 3));
    REQUIRE(coefficients_are_close<Arch, ExactSigmoid>(e, -1.5F, 1));
  }
}

TEST_CASE_TEMPLATE("dot products are summed in their order", Arch, DefaultArch, PlainArch) {
  constexpr std::size_t w = FloatBatch<Arch>::width;
  for (Shape shape : shapes()) {
    CAPTURE(shape.inputs);
    CAPTURE(shape.outputs);
    CAPTURE(shape.dimension);
    shape.windows = 1;
    Example e(shape);
    std::fill(e.membership.begin(), e.membership.end(), 1.0F);
    std::fill(e.attraction.begin(), e.attraction.end(), 0.0F);
    std::fill_n(e.weight.begin(), shape.outputs, 1.0F);
    SGNSKernel<Arch, Identity> kernel;
    const Buffer<float> g = e.coefficients(kernel, -1.0F);  // −(0 − u · v)
    for (std::size_t i = 0; i < shape.inputs; ++i)
      for (std::size_t j = 0; j < shape.outputs; ++j) {
        std::vector<float> lanes(w);
        const auto add = [&](std::size_t k, std::size_t lane) {
          lanes[lane] = multiply_add(e.rows(e.inputs[i], k), e.rows(e.outputs[j], k), lanes[lane]);
        };
        // Of 16 lanes, eight columns that are too many for whole registers come first.
        const std::size_t whole = shape.columns() / w * w;
        for (std::size_t k = whole; k < shape.columns(); ++k) add(k, k - whole);
        for (std::size_t k = 0; k < whole; ++k) add(k, k % w);
        REQUIRE(same_bits(g[i * shape.weight_stride() + j], halving_sum(lanes)));
      }
  }
}

TEST_CASE_TEMPLATE("update moves the rows in its order and nothing else", Arch, DefaultArch,
                   PlainArch) {
  const SGNSKernel<Arch> kernel;
  for (const Shape& shape : shapes()) {
    CAPTURE(shape.inputs);
    CAPTURE(shape.outputs);
    CAPTURE(shape.dimension);
    CAPTURE(shape.repeats);
    Example e(shape);
    const Buffer<float> g = e.some_coefficients();
    Rows<float> expected = rows_of<float>(e.rows);
    Rows<Bounded> exact = rows_of<Bounded>(e.rows);
    for (std::size_t k = 0; k < shape.columns(); ++k) {
      documented_moves(e, g, k, expected, expected);
      documented_moves(e, g, k, exact, exact);
    }
    e.with_group([&](const SGNSGroup& group) { kernel.update(group, 1.0F, g.data()); });
    REQUIRE(same_rows(e.rows, expected));
    REQUIRE(close_rows(e, e.rows, exact));
    for (std::size_t r = 1; r < e.rows.rows(); r += 2)
      for (std::size_t k = shape.dimension; k < shape.columns(); ++k) REQUIRE(e.rows(r, k) == 0.0F);
  }
}

TEST_CASE_TEMPLATE("dots of some columns are those of rows that have no others", Arch, DefaultArch,
                   PlainArch) {
  for (const std::size_t outputs : {1U, 6U, 8U, 20U}) {
    CAPTURE(outputs);
    constexpr std::size_t all = 104;
    const Shape shape{.inputs = 7, .outputs = outputs, .dimension = all, .repeats = true};
    for (std::size_t begin = 0; begin < all; begin += panel_width)
      for (std::size_t end = begin; end < all + panel_width; end += panel_width) {
        const std::size_t last = std::min(end, all);
        Example e(shape);
        Example masked(shape);
        Buffer<float> some(shape.inputs * shape.weight_stride(), 7.0F);
        Buffer<float> expected(some.size(), 7.0F);
        for (std::size_t r = 1; r < e.rows.rows(); r += 2)
          for (std::size_t k = 0; k < all; ++k)
            if (k < begin || k >= last) {
              e.rows(r, k) = quiet_nan;
              masked.rows(r, k) = 0.0F;
            }
        e.with_group([&](const SGNSGroup& group) {
          SGNSKernel<Arch>::dots(group, begin, last, some.data());
        });
        masked.with_group([&](const SGNSGroup& group) {
          SGNSKernel<Arch>::dots(group, 0, group.columns, expected.data());
        });
        REQUIRE(some == expected);
      }
  }
}

TEST_CASE_TEMPLATE("add_gradient moves other rows by what stands in the group's", Arch, DefaultArch,
                   PlainArch) {
  const SGNSKernel<Arch> kernel;
  for (const Shape& shape : shapes()) {
    CAPTURE(shape.inputs);
    CAPTURE(shape.outputs);
    CAPTURE(shape.dimension);
    CAPTURE(shape.repeats);
    Example e(shape);
    const Buffer<float> g = e.some_coefficients();
    AlignedMatrix sums = Example(shape, 9).rows;
    Rows<float> before = rows_of<float>(e.rows);
    Rows<float> expected = rows_of<float>(sums);
    for (std::size_t k = 0; k < shape.columns(); ++k) documented_moves(e, g, k, before, expected);
    const std::vector<float*> to_inputs = Example::pointers(sums, e.inputs);
    const std::vector<float*> to_outputs = Example::pointers(sums, e.outputs);
    e.with_group([&](const SGNSGroup& group) {
      kernel.add_gradient(group, 1.0F, g.data(), to_inputs.data(), to_outputs.data());
    });
    REQUIRE(same_rows(sums, expected));
    REQUIRE(same_rows(e.rows, before));
  }
}

TEST_CASE_TEMPLATE("the moves are the objective's gradient", Arch, DefaultArch, PlainArch) {
  for (const std::size_t inputs : {1U, 3U, 7U})
    for (const std::size_t outputs : {1U, 6U, 13U}) {
      CAPTURE(inputs);
      CAPTURE(outputs);
      const bool repeats = inputs == 7;
      Example e(
          {.inputs = inputs, .outputs = outputs, .windows = 2, .dimension = 3, .repeats = repeats});
      SGNSKernel<Arch> kernel;
      const Buffer<float> g = e.coefficients(kernel, 1.0F);
      AlignedMatrix gradient(e.rows.rows(), e.rows.cols());
      const std::vector<float*> to_inputs = Example::pointers(gradient, e.inputs);
      const std::vector<float*> to_outputs = Example::pointers(gradient, e.outputs);
      e.with_group([&](const SGNSGroup& group) {
        kernel.add_gradient(group, 1.0F, g.data(), to_inputs.data(), to_outputs.data());
      });
      Rows<long double> rows = rows_of<long double>(e.rows);
      constexpr long double step = 1e-5L;
      for (std::size_t r = 1; r < rows.size(); r += 2)
        for (std::size_t k = 0; k < e.shape.dimension; ++k) {
          long double& x = rows[r][k];
          const long double here = x;
          x = here + step;
          const long double above = objective(e, rows);
          x = here - step;
          const long double below = objective(e, rows);
          x = here;
          const long double expected = (above - below) / (2 * step);
          REQUIRE(std::fabs(static_cast<long double>(gradient(r, k)) - expected) < 1e-5L);
        }
    }
}

TEST_CASE_TEMPLATE("a baseline does what is expected of negatives by the mean rows", Arch,
                   DefaultArch, PlainArch) {
  const float rate = 0.25F;
  for (const Shape& shape : shapes()) {
    CAPTURE(shape.inputs);
    CAPTURE(shape.outputs);
    CAPTURE(shape.dimension);
    Example plain(shape);
    Example based(shape);
    const AlignedMatrix means = noise_matrix(2, shape.columns(), 5);
    Noise noise(6);
    Buffer<float> expected(shape.weight_stride(), 0.0F);
    for (std::size_t j = 0; j < shape.outputs; j += 2) expected[j] = std::fabs(noise());
    SGNSKernel<Arch> kernel;
    Buffer<float> g = plain.coefficients(kernel, rate);
    const Buffer<float> without = g;
    std::vector<float> meetings(shape.inputs, 0.0F);
    for (std::size_t i = 0; i < shape.inputs; ++i)
      for (std::size_t t = 0; t < shape.windows; ++t)
        meetings[i] += plain.membership[i * shape.windows + t];
    const float met = std::accumulate(meetings.begin(), meetings.end(), 0.0F);
    based.with_group([&](SGNSGroup group) {
      group.expected = expected.data();
      group.meetings = meetings.data();
      group.all_meetings = met;
      group.baseline = {
          .mean_input = means.row_data(0), .mean_output = means.row_data(1), .mean_meetings = 4.0F};
      kernel.dots(group, 0, group.columns, g.data());
      kernel.coefficients(group, rate, g.data());
      kernel.update(group, rate, g.data());
    });
    for (std::size_t i = 0; i < shape.inputs; ++i)
      for (std::size_t j = 0; j < shape.outputs; ++j) {
        const std::size_t at = i * shape.weight_stride() + j;
        REQUIRE(static_cast<double>(g[at]) ==
                doctest::Approx(static_cast<double>(without[at] + rate * meetings[i] * expected[j]))
                    .epsilon(1e-5)
                    .scale(1.0));
      }
    Rows<float> after = rows_of<float>(plain.rows);
    std::vector<float> moved(shape.inputs);
    for (std::size_t k = 0; k < shape.columns(); ++k) {
      for (std::size_t i = 0; i < shape.inputs; ++i) moved[i] = -rate * meetings[i] * means(1, k);
      documented_moves(plain, g, k, after, after, moved);
      for (std::size_t j = 0; j < shape.outputs; ++j)
        after[plain.outputs[j]][k] -= rate * met / 4.0F * expected[j] * means(0, k);
    }
    for (std::size_t r = 1; r < based.rows.rows(); r += 2)
      for (std::size_t k = 0; k < shape.columns(); ++k)
        REQUIRE(static_cast<double>(based.rows(r, k)) ==
                doctest::Approx(static_cast<double>(after[r][k])).epsilon(1e-4).scale(1.0));
  }
}

TEST_CASE_TEMPLATE("a baseline changes no move in expectation, whatever is expected", Arch,
                   DefaultArch, PlainArch) {
  // One draw, each output as likely, for each input alone: means over all of these.
  const Shape shape{.inputs = 5, .outputs = 7, .dimension = 20};
  const auto moves = [&](const auto& sigma_of) {
    Example e(shape);
    AlignedMatrix means(2, shape.columns());
    for (std::size_t k = 0; k < shape.columns(); ++k) {
      for (const std::size_t r : e.inputs) means(0, k) += e.rows(r, k) / 5.0F;
      for (std::size_t j = 0; j < 7; ++j)
        means(1, k) += sigma_of(j) * e.rows(e.outputs[j], k) / 7.0F;
    }
    AlignedMatrix sums(e.rows.rows(), e.rows.cols());
    alignas(64) const float one[panel_width] = {1.0F};
    alignas(64) const float zero[panel_width] = {};
    alignas(64) float g[panel_width] = {};
    SGNSKernel<Arch> kernel;
    for (const std::size_t input : e.inputs)
      for (std::size_t j = 0; j < 7; ++j) {
        const std::vector<float*> in = Example::pointers(e.rows, {input});
        const std::vector<float*> out = Example::pointers(e.rows, {e.outputs[j]});
        const std::vector<float*> to_in = Example::pointers(sums, {input});
        const std::vector<float*> to_out = Example::pointers(sums, {e.outputs[j]});
        alignas(64) const float expected[panel_width] = {sigma_of(j)};
        const SGNSGroup group{.inputs = in.data(),
                              .input_count = 1,
                              .outputs = out.data(),
                              .output_count = 1,
                              .columns = shape.columns(),
                              .membership = one,
                              .attraction = zero,
                              .weight = one,
                              .windows = 1,
                              .weight_stride = panel_width,
                              .expected = expected,
                              .meetings = one,
                              .all_meetings = 1.0F,
                              .baseline = {means.row_data(0), means.row_data(1)}};
        kernel.dots(group, 0, group.columns, g);
        kernel.coefficients(group, 0.5F, g);
        kernel.add_gradient(group, 0.5F, g, to_in.data(), to_out.data());
      }
    return sums;
  };
  const AlignedMatrix plain = moves([](std::size_t) { return 0.0F; });
  const auto require_same = [&](const AlignedMatrix& based) {
    for (std::size_t r = 0; r < plain.rows(); ++r)
      for (std::size_t k = 0; k < plain.stride(); ++k)
        REQUIRE(static_cast<double>(based(r, k)) ==
                doctest::Approx(static_cast<double>(plain(r, k))).epsilon(1e-5).scale(1.0));
  };
  for (const float sigma : {0.125F, 0.5F, 1.0F})
    require_same(moves([sigma](std::size_t) { return sigma; }));
  require_same(moves([](std::size_t j) { return 0.125F * static_cast<float>(j); }));
}

TEST_CASE_TEMPLATE("NaN and infinity in a row show in finite", Arch, DefaultArch, PlainArch) {
  const Shape shape{.inputs = 5, .outputs = 8, .windows = 2, .dimension = 35};
  Example clean(shape);
  SGNSKernel<Arch> kernel;
  CHECK(kernel.finite());
  const Buffer<float> expected = clean.coefficients(kernel, 0.5F);
  CHECK(kernel.finite());
  for (const float bad : {quiet_nan, infinity, -infinity})
    for (std::size_t row = 0; row < shape.inputs + shape.outputs; ++row)
      for (const std::size_t k : {0U, 1U, 15U, 16U, 34U}) {
        Example e(shape);
        const bool of_input = row < shape.inputs;
        e.rows(of_input ? e.inputs[row] : e.outputs[row - shape.inputs], k) = bad;
        SGNSKernel<Arch> stained;
        const Buffer<float> g = e.coefficients(stained, 0.5F);
        REQUIRE_FALSE(stained.finite());
        for (std::size_t i = 0; i < shape.inputs; ++i)
          for (std::size_t j = 0; j < shape.outputs; ++j) {
            const bool meets = of_input ? i == row : j == row - shape.inputs;
            const std::size_t at = i * shape.weight_stride() + j;
            if (!meets) REQUIRE(same_bits(g[at], expected[at]));
            if (meets && std::isnan(bad)) REQUIRE(std::isnan(g[at]));
          }
        clean.coefficients(stained, 0.5F);
        REQUIRE_FALSE(stained.finite());
      }
}

TEST_CASE_TEMPLATE("what else makes a coefficient no number shows in finite", Arch, DefaultArch,
                   PlainArch) {
  // One that takes whole registers, and one that takes half of one.
  for (const std::size_t outputs : {17U, 7U}) {
    const Shape shape{.inputs = 3, .outputs = outputs};
    const std::size_t last = outputs - 1;
    const auto finite_after = [&](float rate, const auto& spoil) {
      Example e(shape);
      spoil(e);
      SGNSKernel<Arch> kernel;
      e.coefficients(kernel, rate);
      return kernel.finite();
    };
    CHECK(finite_after(1.0F, [](Example&) {}));
    CHECK_FALSE(finite_after(quiet_nan, [](Example&) {}));
    CHECK_FALSE(finite_after(infinity, [](Example&) {}));
    CHECK_FALSE(finite_after(1.0F, [&](Example& e) { e.attraction[last] = quiet_nan; }));
    CHECK_FALSE(finite_after(1.0F, [](Example& e) { e.weight[3] = infinity; }));
    CHECK_FALSE(finite_after(1.0F, [&](Example& e) {
      e.rows(e.inputs[2], 0) = 1e30F;
      e.rows(e.outputs[last], 0) = 1e30F;
    }));
  }
}

TEST_CASE_TEMPLATE("groups of nothing move nothing", Arch, DefaultArch, PlainArch) {
  for (const Shape& shape :
       {Shape{.inputs = 0, .outputs = 0}, Shape{.inputs = 0, .outputs = 9},
        Shape{.inputs = 9, .outputs = 0}, Shape{.inputs = 3, .outputs = 9, .windows = 0}}) {
    CAPTURE(shape.inputs);
    CAPTURE(shape.outputs);
    Example e(shape);
    const Rows<float> before = rows_of<float>(e.rows);
    SGNSKernel<Arch> kernel;
    const Buffer<float> g = e.coefficients(kernel, 1.0F);
    e.with_group([&](const SGNSGroup& group) { kernel.update(group, 1.0F, g.data()); });
    CHECK(kernel.finite());
    CHECK(same_rows(e.rows, before));
  }
}

TEST_CASE("the kernel takes the default instruction set and FastSigmoid unless told otherwise") {
  CHECK(std::is_same_v<SGNSKernel<>, SGNSKernel<DefaultArch, FastSigmoid>>);
}
