// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/small_dense.hpp>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace {

namespace imf = implicitmf;
using imf::detail::SmallMatrix;

SmallMatrix random_matrix(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
  imf::RandomStream random(seed, imf::RandomPurpose::test_data);
  SmallMatrix m(rows, cols);
  for (Eigen::Index r = 0; r < rows; ++r)
    for (Eigen::Index c = 0; c < cols; ++c) m(r, c) = 2.0 * random.uniform() - 1.0;
  return m;
}

bool near(const SmallMatrix& a, const SmallMatrix& b, double error) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         (a.size() == 0 || (a - b).cwiseAbs().maxCoeff() <= error);
}

}  // namespace

TEST_CASE("products agree with Eigen's for all shapes") {
  for (const Eigen::Index m : {0, 1, 3, 17})
    for (const Eigen::Index k : {0, 1, 5, 16})
      for (const Eigen::Index n : {0, 1, 4, 33}) {
        const auto a = random_matrix(m, k, 1);
        const auto b = random_matrix(k, n, 2);
        CHECK(near(imf::detail::multiply(a, b), a * b, 1e-13));
      }
  const auto a = random_matrix(20, 7, 3);
  CHECK(near(imf::detail::squares_of(a), a.transpose() * a, 1e-13));
}

TEST_CASE("the largest eigenpairs by magnitude, in order") {
  SmallMatrix a = SmallMatrix::Zero(4, 4);
  a.diagonal() << 1.0, -5.0, 3.0, 0.5;
  const auto best = imf::detail::largest_of(imf::detail::symmetric_eigen(a), 3);
  CHECK(best.values[0] == doctest::Approx(-5.0));
  CHECK(best.values[1] == doctest::Approx(3.0));
  CHECK(best.values[2] == doctest::Approx(1.0));
  CHECK(
      near(imf::detail::multiply(a, best.vectors), best.vectors * best.values.asDiagonal(), 1e-12));
}

TEST_CASE("columns become orthonormal, dependent and zero ones too") {
  SmallMatrix a = random_matrix(9, 5, 4);
  const SmallMatrix before = a;
  a.col(2) = 2.0 * a.col(0);
  a.col(4).setZero();
  imf::detail::orthonormalize_columns(a);
  CHECK(near(imf::detail::squares_of(a), SmallMatrix::Identity(5, 5), 1e-12));
  CHECK((a.col(0) * before.col(0).norm() - before.col(0)).norm() < 1e-12);
}

TEST_CASE("the inverse of a positive definite matrix is its inverse") {
  for (const Eigen::Index n : {1, 2, 7, 40}) {
    SmallMatrix a = SmallMatrix::Identity(n, n) * 0.1;
    imf::RandomStream random(9, imf::RandomPurpose::test_data);
    SmallMatrix b(n, n);
    for (Eigen::Index i = 0; i < b.size(); ++i) b.data()[i] = random.uniform() - 0.5;
    a += b * b.transpose();
    const SmallMatrix product = imf::detail::multiply(a, imf::detail::inverse_of(a));
    CHECK((product - SmallMatrix::Identity(n, n)).cwiseAbs().maxCoeff() < 1e-11);
  }
}
