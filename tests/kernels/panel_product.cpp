// SPDX-License-Identifier: MIT
#include <implicitmf/kernels/panel_product.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace {

using implicitmf::AlignedMatrix;
using implicitmf::DefaultArch;
using implicitmf::kernels::add_gram;
using implicitmf::kernels::add_product;
using implicitmf::kernels::add_transposed_product;
using implicitmf::kernels::FloatBatch;
using implicitmf::kernels::panel_width;
using implicitmf::kernels::row_dots;
using namespace kernel_tests;

constexpr std::size_t block = 256;
constexpr float untouched = -77.0F;

/// How many of the columns a kernel uses; the rest are NaN and must not be read.
std::size_t used(const AlignedMatrix& m) { return m.cols() - panel_width; }

/// C + Aᵀ · B over rows [begin, end), C given row-major and dense.
template <class Arch>
std::vector<double> gram(const AlignedMatrix& a, const AlignedMatrix& b, std::size_t begin,
                         std::size_t end, std::vector<double> c) {
  add_gram<Arch>(end - begin, a.row_data(begin), a.stride(), used(a), b.row_data(begin), b.stride(),
                 used(b), c.data(), used(b));
  return c;
}

/// One output as add_gram documents it.
double documented_gram(const AlignedMatrix& a, std::size_t i, const AlignedMatrix& b, std::size_t j,
                       double c) {
  for (std::size_t begin = 0; begin < a.rows(); begin += block) {
    float sum = 0.0F;
    for (std::size_t r = begin; r < std::min(begin + block, a.rows()); ++r)
      sum = multiply_add(a(r, i), b(r, j), sum);
    c += static_cast<double>(sum);
  }
  return c;
}

/// Y + A · H for the first `inner` columns of A; the last panel of Y is left alone.
template <class Arch>
AlignedMatrix product(const AlignedMatrix& a, std::size_t inner, const AlignedMatrix& h,
                      AlignedMatrix y) {
  add_product<Arch>(a.rows(), a.row_data(0), a.stride(), inner, h.row_data(0), h.stride(),
                    y.row_data(0), y.stride(), used(y));
  return y;
}

/// One output as add_product documents it.
float documented_product(const AlignedMatrix& a, std::size_t row, const AlignedMatrix& h,
                         std::size_t j, float y) {
  for (std::size_t begin = 0; begin < h.rows(); begin += block) {
    float sum = 0.0F;
    for (std::size_t k = begin; k < std::min(begin + block, h.rows()); ++k)
      sum = multiply_add(a(row, k), h(k, j), sum);
    y += sum;
  }
  return y;
}

/// One output as row_dots documents it.
template <class Arch>
float documented_dot(const float* a, const float* b, std::size_t n) {
  constexpr std::size_t w = FloatBatch<Arch>::width;
  std::vector<float> lanes(w);
  for (std::size_t k = 0; k < n; ++k) lanes[k % w] = multiply_add(a[k], b[k], lanes[k % w]);
  return halving_sum(lanes);
}

}  // namespace

TEST_CASE_TEMPLATE("add_gram is within its bound and in its order at every shape", Arch,
                   DefaultArch, PlainArch) {
  for (const std::size_t rows : {0U, 1U, 7U, 255U, 256U, 257U, 600U})
    for (const std::size_t a_cols : {16U, 32U, 48U})
      for (const std::size_t b_cols : {16U, 32U}) {
        CAPTURE(rows);
        const AlignedMatrix a = noise_matrix(rows, a_cols, rows);
        const AlignedMatrix b = noise_matrix(rows, b_cols, rows + 1);
        const std::vector<double> c = gram<Arch>(a, b, 0, rows, std::vector(a_cols * b_cols, 0.5));
        for (std::size_t i = 0; i < a_cols; ++i)
          for (std::size_t j = 0; j < b_cols; ++j) {
            ExactSum exact;
            exact.value = 0.5L;
            for (std::size_t r = 0; r < rows; ++r) exact.add(a(r, i), b(r, j));
            const double got = c[i * b_cols + j];
            REQUIRE(exact.admits(got, static_cast<long double>(std::min(rows, block)) + 1));
            REQUIRE(got == documented_gram(a, i, b, j, 0.5));
          }
      }
}

TEST_CASE_TEMPLATE("add_gram by slabs of whole blocks gives the bits of one call", Arch,
                   DefaultArch, PlainArch) {
  const AlignedMatrix a = noise_matrix(1000, 32, 1);
  const AlignedMatrix b = noise_matrix(1000, 16, 2);
  std::vector<double> slabs(32 * 16, 0.25);
  const std::vector<double> whole = gram<Arch>(a, b, 0, 1000, slabs);
  slabs = gram<Arch>(a, b, 0, 512, slabs);
  slabs = gram<Arch>(a, b, 512, 768, slabs);
  slabs = gram<Arch>(a, b, 768, 1000, slabs);
  CHECK(slabs == whole);
}

TEST_CASE_TEMPLATE("add_gram of a panel with itself is symmetric", Arch, DefaultArch, PlainArch) {
  const AlignedMatrix a = noise_matrix(300, 32, 1);
  const std::vector<double> c = gram<Arch>(a, a, 0, 300, std::vector(32 * 32, 0.0));
  for (std::size_t i = 0; i < 32; ++i)
    for (std::size_t j = 0; j < 32; ++j) REQUIRE(c[i * 32 + j] == c[j * 32 + i]);
}

TEST_CASE_TEMPLATE("add_gram keeps NaN to the outputs of its column and to c's stride", Arch,
                   DefaultArch, PlainArch) {
  AlignedMatrix a = noise_matrix(9, 32, 1);
  const AlignedMatrix b = noise_matrix(9, 16, 2);
  a(8, 17) = quiet_nan;
  constexpr std::size_t c_stride = 19;
  std::vector<double> c(32 * c_stride, untouched);
  add_gram<Arch>(9, a.row_data(0), a.stride(), 32, b.row_data(0), b.stride(), 16, c.data(),
                 c_stride);
  for (std::size_t i = 0; i < 32; ++i)
    for (std::size_t j = 0; j < c_stride; ++j) {
      REQUIRE(std::isnan(c[i * c_stride + j]) == (i == 17 && j < 16));
      if (j >= 16) REQUIRE(c[i * c_stride + j] == double{untouched});
    }
}

TEST_CASE_TEMPLATE("add_product is within its bound and in its order at every shape", Arch,
                   DefaultArch, PlainArch) {
  for (const std::size_t rows : {0U, 1U, 2U, 3U, 7U, 8U, 21U})
    for (const std::size_t inner : {0U, 1U, 16U, 255U, 256U, 257U, 600U})
      for (const std::size_t columns : {0U, 16U, 48U}) {
        CAPTURE(rows);
        CAPTURE(inner);
        const AlignedMatrix a = noise_matrix(rows, inner, rows);
        const AlignedMatrix h = noise_matrix(inner, columns, inner);
        const AlignedMatrix y = noise_matrix(rows, columns, 9);
        const AlignedMatrix got = product<Arch>(a, inner, h, y);
        const std::size_t roundings = std::min(inner, block) + inner / block + 2;
        for (std::size_t r = 0; r < rows; ++r)
          for (std::size_t j = 0; j < columns + panel_width; ++j) {
            if (j >= columns) {
              REQUIRE(std::isnan(got(r, j)));
              continue;
            }
            ExactSum exact;
            exact.add(y(r, j), 1.0F);
            for (std::size_t k = 0; k < inner; ++k) exact.add(a(r, k), h(k, j));
            REQUIRE(exact.admits(got(r, j), static_cast<long double>(roundings)));
            REQUIRE(same_bits(got(r, j), documented_product(a, r, h, j, y(r, j))));
          }
      }
}

TEST_CASE_TEMPLATE("add_transposed_product is within its bound and in its order at every shape",
                   Arch, DefaultArch, PlainArch) {
  for (const std::size_t rows : {0U, 1U, 2U, 31U, 128U})
    for (std::size_t a_cols = 1; a_cols <= 67; a_cols += a_cols < 36 ? 1 : 31) {
      CAPTURE(rows);
      CAPTURE(a_cols);
      // Rows of A as long as they are used, so that reading beyond them is seen.
      const std::vector<float> a = noise_vector(rows * a_cols, 1);
      const AlignedMatrix b = noise_matrix(rows, 32, 2);
      const AlignedMatrix y = noise_matrix(a_cols, 32, 3);
      AlignedMatrix got = y;
      add_transposed_product<Arch>(rows, a.data(), a_cols, a_cols, b.row_data(0), b.stride(), 32,
                                   got.row_data(0), got.stride());
      for (std::size_t i = 0; i < a_cols; ++i) {
        for (std::size_t j = 0; j < 32; ++j) {
          float sum = 0.0F;
          ExactSum exact;
          exact.add(1.0F, y(i, j));
          for (std::size_t r = 0; r < rows; ++r) {
            sum = multiply_add(a[r * a_cols + i], b(r, j), sum);
            exact.add(a[r * a_cols + i], b(r, j));
          }
          REQUIRE(exact.admits(got(i, j), static_cast<long double>(rows + 2)));
          if constexpr (std::is_same_v<Arch, DefaultArch>)
            REQUIRE(same_bits(got(i, j), y(i, j) + sum));
        }
        CHECK(std::isnan(got(i, 32)));
      }
    }
}

TEST_CASE_TEMPLATE("add_product gives each row the same bits in a slab of any length", Arch,
                   DefaultArch, PlainArch) {
  constexpr std::size_t rows = 525;  // more than one block of rows, and a rest of every tile
  const AlignedMatrix a = noise_matrix(rows, 40, 1);
  const AlignedMatrix h = noise_matrix(40, 16, 2);
  const AlignedMatrix whole = product<Arch>(a, 40, h, noise_matrix(rows, 16, 3));
  AlignedMatrix single = noise_matrix(rows, 16, 3);
  for (std::size_t r = 0; r < rows; ++r)
    add_product<Arch>(1, a.row_data(r), a.stride(), 40, h.row_data(0), h.stride(),
                      single.row_data(r), single.stride(), 16);
  bool same = true;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t j = 0; j < 16; ++j) same = same && same_bits(whole(r, j), single(r, j));
  CHECK(same);
}

TEST_CASE_TEMPLATE("add_product takes A and H at any alignment and reads nothing around them", Arch,
                   DefaultArch, PlainArch) {
  const AlignedMatrix a = noise_matrix(5, 19, 1);
  const AlignedMatrix h = noise_matrix(19, 16, 2);
  const AlignedMatrix expected = product<Arch>(a, 19, h, noise_matrix(5, 16, 3));
  std::vector<float> dense_a;
  for (std::size_t r = 0; r < 5; ++r)
    dense_a.insert(dense_a.end(), a.row_data(r), a.row_data(r) + 19);
  dense_a.shrink_to_fit();
  std::vector<float> shifted_h(1 + 19 * 17, quiet_nan);
  for (std::size_t k = 0; k < 19; ++k) std::copy_n(h.row_data(k), 16, &shifted_h[1 + k * 17]);
  AlignedMatrix y = noise_matrix(5, 16, 3);
  add_product<Arch>(5, dense_a.data(), 19, 19, shifted_h.data() + 1, 17, y.row_data(0), y.stride(),
                    16);
  for (std::size_t r = 0; r < 5; ++r)
    for (std::size_t j = 0; j < 16; ++j) CHECK(same_bits(y(r, j), expected(r, j)));
}

TEST_CASE_TEMPLATE("add_product keeps NaN of A to its row and NaN of H to its column", Arch,
                   DefaultArch, PlainArch) {
  AlignedMatrix a = noise_matrix(11, 16, 1);
  AlignedMatrix h = noise_matrix(16, 32, 2);
  a(6, 3) = quiet_nan;
  h(5, 20) = infinity;
  const AlignedMatrix y = product<Arch>(a, 16, h, noise_matrix(11, 32, 3));
  for (std::size_t r = 0; r < 11; ++r)
    for (std::size_t j = 0; j < 32; ++j) {
      REQUIRE(std::isnan(y(r, j)) == (r == 6));
      REQUIRE(std::isinf(y(r, j)) == (r != 6 && j == 20));
    }
}

TEST_CASE_TEMPLATE("row_dots is within its bound and in its order for every tile", Arch,
                   DefaultArch, PlainArch) {
  constexpr auto w = static_cast<long double>(FloatBatch<Arch>::width);
  for (const std::size_t n : {0U, 16U, 48U, 304U})
    for (const std::size_t a_rows : {0U, 1U, 2U, 3U, 4U, 9U, 131U})
      for (std::size_t b_rows = 0; b_rows < 9; ++b_rows) {
        CAPTURE(n);
        CAPTURE(a_rows);
        CAPTURE(b_rows);
        const AlignedMatrix a = noise_matrix(a_rows, n, n);
        const AlignedMatrix b = noise_matrix(b_rows, n, n + 1);
        const std::size_t stride = b_rows + 1;
        std::vector<float> out(a_rows * stride, untouched);
        row_dots<Arch>(a_rows, a.row_data(0), a.stride(), b_rows, b.row_data(0), b.stride(), n,
                       out.data(), stride);
        for (std::size_t i = 0; i < a_rows; ++i) {
          REQUIRE(out[i * stride + b_rows] == untouched);
          for (std::size_t j = 0; j < b_rows; ++j) {
            ExactSum exact;
            for (std::size_t k = 0; k < n; ++k) exact.add(a(i, k), b(j, k));
            const float got = out[i * stride + j];
            REQUIRE(exact.admits(got, static_cast<long double>(n) / w + std::log2(w) + 1));
            REQUIRE(same_bits(got, documented_dot<Arch>(a.row_data(i), b.row_data(j), n)));
          }
        }
      }
}

TEST_CASE_TEMPLATE("row_dots keeps NaN and infinity to their rows", Arch, DefaultArch, PlainArch) {
  AlignedMatrix a = noise_matrix(7, 32, 1);
  AlignedMatrix b = noise_matrix(7, 32, 2);
  a(5, 31) = quiet_nan;
  b(2, 0) = infinity;
  std::vector<float> out(49);
  row_dots<Arch>(7, a.row_data(0), a.stride(), 7, b.row_data(0), b.stride(), 32, out.data(), 7);
  for (std::size_t i = 0; i < 7; ++i)
    for (std::size_t j = 0; j < 7; ++j) {
      REQUIRE(std::isnan(out[i * 7 + j]) == (i == 5));
      REQUIRE(std::isinf(out[i * 7 + j]) == (i != 5 && j == 2));
    }
}
