// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/sparse_product.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace {

using implicitmf::AlignedMatrix;
using implicitmf::DefaultArch;
using implicitmf::kernels::panel_width;
using implicitmf::kernels::sparse_product;
using namespace kernel_tests;

constexpr float untouched = -77.0F;

/// A sparse matrix in plain vectors of exactly the sizes that sparse_product asks for.
struct Sparse {
  std::size_t cols = 40;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;

  [[nodiscard]] std::size_t rows() const { return offsets.size() - 1; }
  [[nodiscard]] std::size_t row_size(std::size_t r) const { return offsets[r + 1] - offsets[r]; }
};

/// Rows of 0, 1, 2, ... 19 nonzeros, then one of 501; column 0 is never used.
Sparse staircase() {
  Sparse a;
  Noise noise(7);
  for (std::size_t r = 0; r < 21; ++r) {
    const std::size_t size = r < 20 ? r : 501;
    for (std::size_t i = 0; i < size; ++i) {
      a.columns.push_back(static_cast<std::uint32_t>(1 + noise.below(a.cols - 1)));
      a.values.push_back(noise());
    }
    a.offsets.push_back(a.columns.size());
  }
  return a;
}

template <class Arch>
void multiply(const Sparse& a, std::size_t begin, std::size_t end, const AlignedMatrix& x,
              std::size_t panel_columns, AlignedMatrix& y) {
  sparse_product<Arch>(begin, end, a.offsets.data(), a.columns.data(), a.values.data(),
                       x.row_data(0), x.stride(), y.row_data(0), y.stride(), panel_columns);
}

AlignedMatrix untouched_matrix(std::size_t rows, std::size_t cols) {
  AlignedMatrix y(rows, cols);
  for (std::size_t r = 0; r < rows; ++r)
    for (float& v : y.row(r)) v = untouched;
  return y;
}

/// The sum as sparse_product documents it.
float documented_sum(const Sparse& a, std::size_t row, const AlignedMatrix& x, std::size_t j) {
  float sum[2] = {0.0F, 0.0F};
  for (std::size_t i = 0; i < a.row_size(row); ++i) {
    const std::size_t at = a.offsets[row] + i;
    sum[i % 2] = multiply_add(a.values[at], x(a.columns[at], j), sum[i % 2]);
  }
  return sum[0] + sum[1];
}

}  // namespace

TEST_CASE_TEMPLATE("sparse_product is within its bound and in its order for every panel", Arch,
                   DefaultArch, PlainArch) {
  const Sparse a = staircase();
  for (std::size_t width = 0; width <= 5 * panel_width; width += panel_width) {
    CAPTURE(width);
    const AlignedMatrix x = noise_matrix(a.cols, width, width);
    AlignedMatrix y = untouched_matrix(a.rows(), width + panel_width);
    multiply<Arch>(a, 0, a.rows(), x, width, y);
    for (std::size_t r = 0; r < a.rows(); ++r)
      for (std::size_t j = 0; j < y.cols(); ++j) {
        if (j >= width) {
          REQUIRE(y(r, j) == untouched);
          continue;
        }
        ExactSum exact;
        for (std::size_t i = a.offsets[r]; i < a.offsets[r + 1]; ++i)
          exact.add(a.values[i], x(a.columns[i], j));
        REQUIRE(exact.admits(y(r, j), static_cast<long double>(a.row_size(r)) / 2 + 3));
        REQUIRE(same_bits(y(r, j), documented_sum(a, r, x, j)));
      }
  }
}

TEST_CASE_TEMPLATE("sparse_product of a range writes those rows, with the bits of the whole", Arch,
                   DefaultArch, PlainArch) {
  const Sparse a = staircase();
  constexpr std::size_t width = 3 * panel_width;
  const AlignedMatrix x = noise_matrix(a.cols, width, 3);
  AlignedMatrix whole = untouched_matrix(a.rows(), width);
  multiply<Arch>(a, 0, a.rows(), x, width, whole);
  for (std::size_t begin = 0; begin <= a.rows(); ++begin)
    for (std::size_t end = begin; end <= a.rows(); ++end) {
      AlignedMatrix part = untouched_matrix(a.rows(), width);
      multiply<Arch>(a, begin, end, x, width, part);
      bool same = true;
      for (std::size_t r = 0; r < a.rows(); ++r)
        for (std::size_t j = 0; j < width; ++j)
          same = same && same_bits(part(r, j), r >= begin && r < end ? whole(r, j) : untouched);
      REQUIRE(same);
    }
}

TEST_CASE_TEMPLATE("sparse_product reads only the rows of x that it needs", Arch, DefaultArch,
                   PlainArch) {
  const Sparse a = staircase();
  AlignedMatrix x = noise_matrix(a.cols, panel_width, 4);
  for (float& v : x.row(0)) v = quiet_nan;
  AlignedMatrix y = untouched_matrix(a.rows(), panel_width);
  multiply<Arch>(a, 0, a.rows(), x, panel_width, y);
  for (std::size_t r = 0; r < a.rows(); ++r)
    for (const float v : y.row(r)) CHECK_FALSE(std::isnan(v));
}

TEST_CASE_TEMPLATE("sparse_product passes on NaN and infinity to their own outputs", Arch,
                   DefaultArch, PlainArch) {
  for (std::size_t size = 1; size < 9; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (const float bad : {quiet_nan, infinity}) {
        Sparse a;
        a.columns.assign(size, 1);
        a.columns[at] = 2;
        a.values.assign(size, 1.0F);
        a.offsets.push_back(size);
        AlignedMatrix x(a.cols, panel_width);
        x(2, 5) = bad;
        AlignedMatrix y = untouched_matrix(1, panel_width);
        multiply<Arch>(a, 0, 1, x, panel_width, y);
        for (std::size_t j = 0; j < panel_width; ++j)
          REQUIRE(same_bits(y(0, j), j == 5 ? bad : 0.0F));
        a.values[at] = 0.0F;
        multiply<Arch>(a, 0, 1, x, panel_width, y);
        REQUIRE(std::isnan(y(0, 5)));
      }
}

TEST_CASE_TEMPLATE("sparse_product of a matrix without rows or nonzeros", Arch, DefaultArch,
                   PlainArch) {
  Sparse a;
  const AlignedMatrix x = noise_matrix(a.cols, panel_width, 5);
  AlignedMatrix none;
  multiply<Arch>(a, 0, 0, x, panel_width, none);
  a.offsets.assign(4, 0);
  AlignedMatrix y = untouched_matrix(3, panel_width);
  multiply<Arch>(a, 0, 3, x, panel_width, y);
  for (std::size_t r = 0; r < 3; ++r)
    for (const float v : y.row(r)) CHECK(same_bits(v, 0.0F));
}
