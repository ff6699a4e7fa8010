// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/dense_panels.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
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

/// `count` blocks of 16 columns, and what they are side by side.
std::vector<AlignedMatrix> random_blocks(std::size_t rows, std::size_t count, std::uint64_t seed) {
  std::vector<AlignedMatrix> blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.push_back(random_panel(rows, 16, seed + 1000 * i));
  return blocks;
}
Dense side_by_side(const std::vector<AlignedMatrix>& blocks, std::size_t rows) {
  Dense all(index(rows), index(16 * blocks.size()));
  for (std::size_t i = 0; i < blocks.size(); ++i)
    all.middleCols(index(16 * i), 16) = as_dense(blocks[i]);
  return all;
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

TEST_CASE("panels count their rows and their columns, padding and all") {
  const std::vector<AlignedMatrix> blocks = random_blocks(7, 3, 1);
  CHECK(Panels(blocks).rows() == 7);
  CHECK(Panels(blocks).columns() == 48);
  CHECK(Panels(AlignedMatrix(5, 20)).columns() == 32);
  CHECK(Panels(std::span<const AlignedMatrix>{}).rows() == 0);
  CHECK(Panels(std::span<const AlignedMatrix>{}).columns() == 0);
}

TEST_CASE("gram() is the product of one panel, of several, and of none") {
  ThreadTeam team(2);
  for (const std::size_t rows : row_counts)
    for (const std::size_t left_blocks : {0U, 1U, 3U})
      for (const std::size_t right_blocks : {1U, 2U}) {
        CAPTURE(rows);
        CAPTURE(left_blocks);
        CAPTURE(right_blocks);
        const std::vector<AlignedMatrix> a = random_blocks(rows, left_blocks, 1);
        const std::vector<AlignedMatrix> b = random_blocks(rows, right_blocks, 2);
        const SmallMatrix product = gram(Panels(a), Panels(b), team);
        const Dense left = side_by_side(a, rows).transpose();
        const Dense right = side_by_side(b, rows);
        CHECK(product.rows() == index(16 * left_blocks));
        CHECK(product.cols() == index(16 * right_blocks));
        // Float within 256 rows, double beyond: the error does not grow with the rows.
        CHECK(is_near(product, left * right, left.cwiseAbs() * right.cwiseAbs(), 256 * 0x1p-24));
      }
  const AlignedMatrix wide = random_panel(700, 40, 3);
  const Dense dense = as_dense(wide);
  const SmallMatrix squares = gram(wide, wide, team);
  CHECK(squares.rows() == 48);
  CHECK(is_near(squares.topLeftCorner(40, 40), dense.transpose() * dense,
                dense.cwiseAbs().transpose() * dense.cwiseAbs(), 256 * 0x1p-24));
  CHECK(squares.bottomRows(8).isZero(0.0));
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

TEST_CASE("product() and add_product() multiply one panel and several") {
  ThreadTeam team(2);
  for (const std::size_t rows : row_counts)
    for (const std::size_t blocks : {1U, 3U})
      for (const std::size_t width : {1U, 5U, 16U, 32U}) {
        CAPTURE(rows);
        CAPTURE(blocks);
        CAPTURE(width);
        const std::vector<AlignedMatrix> a = random_blocks(rows, blocks, 3);
        const SmallMatrix h = random_matrix(16 * blocks, width, 4);
        const Dense dense = side_by_side(a, rows);
        const Dense expected = dense * h;
        const Dense magnitudes = dense.cwiseAbs() * h.cwiseAbs();
        const double unit = static_cast<double>(16 * blocks + blocks + 4) * 0x1p-24;
        const AlignedMatrix y = product(Panels(a), h, team);
        CHECK(y.cols() == width);
        CHECK(is_near(as_dense(y), expected, magnitudes, unit));

        AlignedMatrix sum = random_panel(rows, width, 5);
        const Dense before = as_dense(sum);
        add_product(Panels(a), rounded(h), sum, team);
        CHECK(is_near(as_dense(sum), before + expected, before.cwiseAbs() + magnitudes, unit));
      }
}

TEST_CASE("rotate_columns() replaces the first columns of a panel and leaves the others") {
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

TEST_CASE("rotate_columns() replaces the first blocks and leaves the others") {
  ThreadTeam team(2);
  for (const std::size_t rows : row_counts)
    for (const std::size_t to : {16U, 48U}) {
      CAPTURE(rows);
      CAPTURE(to);
      std::vector<AlignedMatrix> a = random_blocks(rows, 4, 6);
      const Dense before = side_by_side(a, rows);
      const SmallMatrix h = random_matrix(64, to, 7);
      rotate_columns(std::span(a), h, team);
      const Dense after = side_by_side(a, rows);
      CHECK(is_near(after.leftCols(index(to)), before * h, before.cwiseAbs() * h.cwiseAbs(),
                    72 * 0x1p-24));
      CHECK(after.rightCols(index(64 - to)) == before.rightCols(index(64 - to)));
    }
}

TEST_CASE("scale_rows() scales every row") {
  ThreadTeam team(2);
  for (const std::size_t rows : row_counts) {
    AlignedMatrix a = random_panel(rows, 20, 8);
    const Dense before = as_dense(a);
    scale_rows(a, 0.25F, team);
    CHECK(as_dense(a) == 0.25 * before);
  }
}

TEST_CASE("panels give the same bits for any number of threads") {
  const std::vector<AlignedMatrix> a = random_blocks(9000, 3, 9);
  const AlignedMatrix b = random_panel(9000, 16, 10);
  const SmallMatrix h = random_matrix(48, 32, 11);
  struct Results {
    SmallMatrix gram;
    AlignedMatrix product;
    std::vector<AlignedMatrix> rotated;
  };
  const auto results = [&](std::size_t threads) {
    ThreadTeam team(threads);
    Results r{gram(Panels(a), b, team), product(Panels(a), h, team), a};
    rotate_columns(std::span(r.rotated), h, team);
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
