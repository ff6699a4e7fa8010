// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/orthonormal_basis.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/random.hpp>

#include "solvers/support.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using namespace imf::detail;
using imf::AlignedMatrix;
using imf::ThreadTeam;
using solver_tests::as_dense;
using solver_tests::Dense;
using solver_tests::index;
using solver_tests::orthogonality_error;
using solver_tests::random_matrix;
using solver_tests::random_panel;
using support::holds;
using support::message_of;

namespace {

using Basis = OrthonormalBasis<>;
constexpr std::size_t rows = 300;

Dense vectors_of(const Basis& basis) {
  Dense all(index(rows), index(basis.size()));
  for (std::size_t i = 0; i < basis.blocks().size(); ++i)
    all.middleCols(index(block_width * i), index(block_width)) = as_dense(basis.blocks()[i]);
  return all;
}

/// Appends w, and checks what append() promises of the basis and of the coefficients: w comes back
/// from them up to `error` times its largest column.
void append_and_check(Basis& basis, AlignedMatrix w, double floor, double error) {
  ThreadTeam team(1);
  const Dense before = as_dense(w);
  const std::size_t size = basis.size();
  const Basis::Coefficients c = basis.append(std::move(w), floor, team);
  REQUIRE(basis.size() == size + block_width);
  CHECK(basis.all().columns() == basis.size());
  CHECK(basis.first(size).columns() == size);
  const Dense q = vectors_of(basis);
  CHECK(orthogonality_error(q) < 2e-6);
  CHECK(c.onto_basis.rows() == index(size));
  const Dense again =
      q.leftCols(index(size)) * c.onto_basis + q.rightCols(index(block_width)) * c.onto_block;
  const double largest = before.colwise().norm().maxCoeff();
  CHECK((again - before).cwiseAbs().maxCoeff() <= error * largest);
}

Basis random_basis(std::size_t blocks) {
  ThreadTeam team(1);
  Basis basis(1);
  for (std::size_t i = 0; i < blocks; ++i)
    basis.append(random_panel(rows, block_width, 100 + i), 0.0, team);
  return basis;
}

void scale_columns(AlignedMatrix& w, double first, double ratio) {
  for (std::size_t r = 0; r < w.rows(); ++r)
    for (std::size_t c = 0; c < w.cols(); ++c)
      w(r, c) *= static_cast<float>(first * std::pow(ratio, static_cast<double>(c)));
}

}  // namespace

TEST_CASE("random numbers are those of their stream, in [-1, 1), in the columns asked for") {
  AlignedMatrix x(500, 20);
  fill_random(x, 2, 16, imf::RandomStream(7, imf::RandomPurpose::test_data));
  imf::RandomStream stream(7, imf::RandomPurpose::test_data);
  double sum = 0.0;
  for (std::size_t r = 0; r < 500; ++r)
    for (std::size_t c = 0; c < 20; ++c) {
      const bool inside = c >= 2 && c < 18;
      CHECK(x(r, c) == (inside ? static_cast<float>(2.0 * stream.uniform() - 1.0) : 0.0F));
      sum += static_cast<double>(x(r, c));
    }
  CHECK(std::abs(sum / 8000) < 0.03);
}

TEST_CASE("random blocks become orthonormal and come back from their coefficients") {
  Basis basis(1);
  for (std::size_t i = 0; i < 14; ++i)
    append_and_check(basis, random_panel(rows, block_width, i), 0.0, 3e-6);
}

TEST_CASE("blocks of any scale, and of columns of very different scales") {
  struct Scales {
    double first;
    double ratio;
  };
  for (const Scales& s : {Scales{1e-12, 1.0}, Scales{1e12, 1.0}, Scales{1.0, 0.3}, Scales{1.0, 0.1},
                          Scales{1e-6, 3.0}}) {
    CAPTURE(s.first);
    CAPTURE(s.ratio);
    Basis basis = random_basis(3);
    AlignedMatrix w = random_panel(rows, block_width, 5);
    scale_columns(w, s.first, s.ratio);
    append_and_check(basis, std::move(w), 0.0, 3e-6);
  }
}

TEST_CASE("a block that is nearly in the basis is cleaned of it") {
  Basis basis = random_basis(4);
  // What is new is a part of 1e-3, 1e-4, 1e-5 of the block.
  for (const double part : {1e-3, 1e-4, 1e-5}) {
    CAPTURE(part);
    const Dense old = vectors_of(basis) * random_matrix(basis.size(), block_width, 6);
    const Dense mixed = old + part * random_matrix(rows, block_width, 7 + basis.size());
    AlignedMatrix w(rows, block_width);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < block_width; ++c)
        w(r, c) = static_cast<float>(mixed(index(r), index(c)));
    append_and_check(basis, std::move(w), 0.0, 3e-6);
  }
}

TEST_CASE("blocks that lean on the one before stay orthogonal, however many there are") {
  Basis basis = random_basis(1);
  for (std::size_t i = 0; i < 15; ++i) {
    AlignedMatrix w = random_panel(rows, block_width, 200 + i);  // columns of length about 10
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < block_width; ++c) w(r, c) += 60.0F * basis.blocks()[i](r, c);
    append_and_check(basis, std::move(w), 0.0, 3e-6);
  }
}

TEST_CASE("directions that a block lacks are replaced by random ones") {
  constexpr double floor = 1e-4;
  SUBCASE("nothing at all") {
    Basis basis = random_basis(2);
    append_and_check(basis, AlignedMatrix(rows, block_width), floor, 0.0);
    append_and_check(basis, AlignedMatrix(rows, block_width), floor, 0.0);
  }
  SUBCASE("the first block") {
    Basis basis(1);
    append_and_check(basis, AlignedMatrix(rows, block_width), 0.0, 0.0);
  }
  SUBCASE("rank one") {
    Basis basis = random_basis(2);
    AlignedMatrix w(rows, block_width);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < block_width; ++c) w(r, c) = static_cast<float>((r % 7) * (c + 1));
    append_and_check(basis, std::move(w), floor, 1e-5);
  }
  SUBCASE("a block that is in the basis") {
    Basis basis = random_basis(2);
    append_and_check(basis, basis.blocks()[1], floor, 1e-5);
  }
  SUBCASE("columns that are zero or equal") {
    Basis basis = random_basis(2);
    AlignedMatrix w = random_panel(rows, block_width, 8);
    for (std::size_t r = 0; r < rows; ++r) {
      w(r, 3) = 0.0F;
      w(r, 9) = w(r, 1);
      w(r, 15) = w(r, 1);
    }
    append_and_check(basis, std::move(w), floor, 1e-5);
  }
}

TEST_CASE("what lies below the floor is replaced, and its coefficients are 0") {
  ThreadTeam team(1);
  Basis basis = random_basis(1);
  AlignedMatrix w = random_panel(rows, block_width, 9);
  for (std::size_t r = 0; r < rows; ++r) w(r, 4) *= 1e-5F;  // of length about 1e-4
  const Basis::Coefficients c = basis.append(std::move(w), 1e-2, team);
  CHECK(orthogonality_error(vectors_of(basis)) < 2e-6);
  CHECK(c.onto_block.col(4).norm() < 1e-3);
  CHECK(c.onto_block.col(5).norm() > 1.0);
}

TEST_CASE("rotate() combines the first vectors and moves those behind them up") {
  ThreadTeam team(1);
  Basis basis = random_basis(5);
  const Dense before = vectors_of(basis);
  const SmallMatrix h = solver_tests::random_orthonormal(4 * block_width, 2 * block_width, 10);
  basis.rotate(h, team);
  REQUIRE(basis.size() == 3 * block_width);
  const Dense after = vectors_of(basis);
  CHECK((after.leftCols(32) - before.leftCols(64) * h).cwiseAbs().maxCoeff() < 1e-6);
  CHECK(after.rightCols(16) == before.rightCols(16));
  append_and_check(basis, random_panel(rows, block_width, 11), 0.0, 3e-6);

  basis.rotate(SmallMatrix::Identity(64, 32), team);  // nothing behind
  CHECK(vectors_of(basis) == after.leftCols(32));
  append_and_check(basis, random_panel(rows, block_width, 12), 0.0, 3e-6);
}

TEST_CASE("a block that is not finite is refused, saying after how much") {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    ThreadTeam team(1);
    Basis basis = random_basis(2);
    AlignedMatrix w = random_panel(rows, block_width, 12);
    w(17, 5) = bad;
    CHECK(holds(message_of<imf::NumericError>([&] { basis.append(w, 0.0, team); }),
                "not finite after 32 basis vectors"));
    CHECK(basis.size() == 32);
  }
}

TEST_CASE("a basis is the same bits for any number of threads, and depends on its seed") {
  const auto vectors = [](std::size_t threads, std::uint64_t seed) {
    ThreadTeam team(threads);
    Basis basis(seed);
    for (std::size_t i = 0; i < 3; ++i)  // the third is in the basis
      basis.append(random_panel(5000, block_width, i % 2), 1e-4, team);
    basis.rotate(solver_tests::random_orthonormal(32, 16, 13), team);
    return basis.blocks();
  };
  const std::vector<AlignedMatrix> expected = vectors(1, 1);
  for (const std::size_t threads : {2U, 3U, 7U}) CHECK(vectors(threads, 1) == expected);
  CHECK(vectors(1, 2) != expected);
}
