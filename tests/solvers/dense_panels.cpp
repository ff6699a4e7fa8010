// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/dense_panels.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>

#include "solvers/support.hpp"

namespace imf = implicitmf;
using namespace imf::detail;
using imf::AlignedMatrix;
using imf::ThreadTeam;
using solver_tests::as_dense;
using solver_tests::Dense;
using solver_tests::index;
using solver_tests::random_matrix;
using solver_tests::random_panel;

namespace {

/// Numbers of rows about those at which sums and slabs are cut.
constexpr std::size_t row_counts[] = {0, 1, 5, 255, 256, 257, 1023, 1025, 2048, 2049, 5000};

/// Fills all columns from `first` on with NaN, which no product of the others may meet.
void poison(AlignedMatrix& panel, std::size_t first) {
  for (std::size_t r = 0; r < panel.rows(); ++r)
    for (std::size_t c = first; c < panel.cols(); ++c)
      panel(r, c) = std::numeric_limits<float>::quiet_NaN();
}

Dense first_columns(const AlignedMatrix& panel, std::size_t columns) {
  return as_dense(panel).leftCols(index(columns));
}

/// Whether every difference is within `unit` times the sum of magnitudes that was added up.
bool is_near(const Dense& a, const Dense& expected, const Dense& magnitudes, double unit) {
  return a.rows() == expected.rows() && a.cols() == expected.cols() &&
         ((a - expected).cwiseAbs().array() <= unit * magnitudes.array()).all();
}

}  // namespace

TEST_CASE("slabs cover the rows in order, and are cut by their number alone") {
  struct Expected {
    std::size_t rows;
    std::size_t slabs;
  };
  for (const Expected& e : {Expected{0, 1}, Expected{1, 1}, Expected{2047, 1}, Expected{2048, 2},
                            Expected{5000, 4}, Expected{65536, 64}, Expected{10'000'000, 64}}) {
    const RowSlabs slabs(e.rows);
    CHECK(slabs.count() == e.slabs);
    std::size_t at = 0;
    for (std::size_t i = 0; i < slabs.count(); ++i) {
      CHECK(slabs[i].begin == at);
      at = slabs[i].end;
      if (e.slabs > 1) CHECK(slabs[i].size() >= 1024);
    }
    CHECK(at == e.rows);
  }
}

TEST_CASE("gram() is the product of the columns asked for") {
  ThreadTeam team(2);
  for (const std::size_t rows : row_counts)
    for (const std::size_t columns : {16U, 48U}) {
      CAPTURE(rows);
      CAPTURE(columns);
      AlignedMatrix a = random_panel(rows, 64, 1);
      AlignedMatrix b = random_panel(rows, 32, 2);
      poison(a, columns);
      poison(b, 16);
      const SmallMatrix product = gram({a, columns}, {b, 16}, team);
      const Dense left = first_columns(a, columns).transpose();
      const Dense right = first_columns(b, 16);
      CHECK(product.rows() == index(columns));
      CHECK(product.cols() == 16);
      // Float within 256 rows, double beyond: the error does not grow with the rows.
      CHECK(is_near(product, left * right, left.cwiseAbs() * right.cwiseAbs(), 256 * 0x1p-24));
    }
}

TEST_CASE("a view may begin at a later column") {
  ThreadTeam team(1);
  AlignedMatrix a = random_panel(300, 64, 12);
  poison(a, 48);
  const AlignedMatrix b = random_panel(300, 48, 13);
  AlignedMatrix a_part(300, 32);
  AlignedMatrix b_part(300, 16);
  copy_columns(a, 16, a_part);
  copy_columns(b, 32, b_part);
  CHECK(gram({a, 32, 16}, {b, 16, 32}, team) == gram({a_part, 32}, {b_part, 16}, team));
  const SmallMatrix h = random_matrix(32, 16, 14);
  CHECK(product({a, 32, 16}, h, team) == product({a_part, 32}, h, team));
}

TEST_CASE("rounded() rounds, and pads with zeros") {
  SmallMatrix m(2, 3);
  m << 1.0, 1.0 + 0x1p-30, -2.5, 0.1, 1e-50, 3.0;
  const AlignedMatrix r = rounded(m);
  REQUIRE(r.rows() == 2);
  REQUIRE(r.cols() == 3);
  CHECK(r(0, 1) == 1.0F);
  CHECK(r(0, 2) == -2.5F);
  CHECK(r(1, 0) == 0.1F);
  CHECK(r(1, 1) == 0.0F);
  for (std::size_t c = 3; c < r.stride(); ++c) CHECK(r.row_data(1)[c] == 0.0F);
}

TEST_CASE("product() and add_product() multiply the columns asked for") {
  ThreadTeam team(2);
  for (const std::size_t rows : row_counts)
    for (const std::size_t columns : {16U, 40U})
      for (const std::size_t width : {1U, 5U, 16U, 32U}) {
        CAPTURE(rows);
        CAPTURE(columns);
        CAPTURE(width);
        AlignedMatrix a = random_panel(rows, 48, 3);
        poison(a, columns);
        const SmallMatrix h = random_matrix(columns, width, 4);
        const Dense expected = first_columns(a, columns) * h;
        const Dense magnitudes = first_columns(a, columns).cwiseAbs() * h.cwiseAbs();
        const double unit = static_cast<double>(columns + 4) * 0x1p-24;
        const AlignedMatrix y = product({a, columns}, h, team);
        CHECK(y.cols() == width);
        CHECK(is_near(as_dense(y), expected, magnitudes, unit));

        AlignedMatrix sum = random_panel(rows, width, 5);
        const Dense before = as_dense(sum);
        add_product({a, columns}, rounded(h), sum, team);
        CHECK(is_near(as_dense(sum), before + expected, before.cwiseAbs() + magnitudes, unit));
      }
}

TEST_CASE("rotate_columns() replaces the first columns and leaves the others") {
  ThreadTeam team(2);
  for (const std::size_t rows : row_counts)
    for (const std::size_t to : {16U, 32U, 48U}) {
      CAPTURE(rows);
      CAPTURE(to);
      AlignedMatrix a = random_panel(rows, 64, 6);
      const Dense before = as_dense(a);
      const SmallMatrix h = random_matrix(48, to, 7);
      rotate_columns(a, h, team);
      const Dense after = as_dense(a);
      const Dense expected = before.leftCols(48) * h;
      CHECK(is_near(after.leftCols(index(to)), expected,
                    before.leftCols(48).cwiseAbs() * h.cwiseAbs(), 52 * 0x1p-24));
      CHECK(after.rightCols(index(64 - to)) == before.rightCols(index(64 - to)));
    }
}

TEST_CASE("copy_columns() copies a part of each row") {
  const AlignedMatrix panel = random_panel(5, 40, 8);
  AlignedMatrix part(5, 16);
  copy_columns(panel, 16, part);
  CHECK(as_dense(part) == as_dense(panel).middleCols(16, 16));
}

TEST_CASE("panels give the same bits for any number of threads") {
  const AlignedMatrix a = random_panel(9000, 48, 9);
  const AlignedMatrix b = random_panel(9000, 16, 10);
  const SmallMatrix h = random_matrix(48, 32, 11);
  struct Results {
    SmallMatrix gram;
    AlignedMatrix product;
    AlignedMatrix rotated;
  };
  const auto results = [&](std::size_t threads) {
    ThreadTeam team(threads);
    Results r{gram({a, 48}, {b, 16}, team), product({a, 48}, h, team), a};
    rotate_columns(r.rotated, h, team);
    return r;
  };
  const Results expected = results(1);
  for (const std::size_t threads : {2U, 3U, 7U}) {
    const Results r = results(threads);
    CHECK(r.gram == expected.gram);
    CHECK(r.product == expected.product);
    CHECK(r.rotated == expected.rotated);
  }
}

TEST_CASE("Eigen's threads are put back where they were") {
  const int before = Eigen::nbThreads();
  {
    const SerialEigen serial;
    CHECK(Eigen::nbThreads() == 1);
  }
  CHECK(Eigen::nbThreads() == before);
}
