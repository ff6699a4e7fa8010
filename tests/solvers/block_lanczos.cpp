// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/block_lanczos.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/SVD>

#include <implicitmf/association/sparse_operator.hpp>
#include <implicitmf/core/parallel.hpp>

#include "solvers/support.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using namespace solver_tests;
using imf::BlockLanczos;
using imf::SingularTriplets;
using imf::StopReason;
using imf::SVDOptions;
using support::holds;
using support::message_of;

namespace {

/// Sides at which a few triplets are found by Lanczos, and not much more than that.
constexpr std::size_t rows = 300;
constexpr std::size_t cols = 260;

template <imf::LinearOperator Operator>
SingularTriplets factorize(const Operator& a, const SVDOptions& options, std::size_t threads = 1) {
  imf::ThreadTeam team(threads);
  REQUIRE(!BlockLanczos<>::is_dense(a.rows(), a.cols(), options.dimension));
  return BlockLanczos<>{}(a, options, team);
}

bool same_bits(const SingularTriplets& a, const SingularTriplets& b) {
  return a.left == b.left && a.right == b.right && a.values == b.values &&
         a.residuals == b.residuals && a.products == b.products && a.restarts == b.restarts &&
         a.reason == b.reason;
}

/// Checks that triplets are what they say: orthonormal, descending, with the residuals reported.
void check_sound(const SingularTriplets& triplets, const Dense& a) {
  const Dense left = as_dense(triplets.left);
  const Dense right = as_dense(triplets.right);
  CHECK(orthogonality_error(left) < 1e-5);
  CHECK(orthogonality_error(right) < 1e-5);
  CHECK(is_descending(triplets.values));
  REQUIRE(triplets.residuals.size() == triplets.values.size());
  for (std::size_t i = 0; i < triplets.values.size(); ++i) {
    CAPTURE(i);
    const double actual = residual(a, left, right, triplets.values, i) / triplets.values[i];
    // What single precision adds, beside the largest value.
    const double rounding = 3e-5 * triplets.values[0] / triplets.values[i];
    CHECK(std::abs(actual - triplets.residuals[i]) < 0.01 * actual + rounding);
  }
}

/// ... and the largest ones: `sigma` holds all singular values.
void check_converged(const SingularTriplets& triplets, const Dense& a, const Values& sigma,
                     double tolerance) {
  check_sound(triplets, a);
  CHECK(triplets.reason == StopReason::converged);
  CHECK(relative_error(triplets.values, sigma) < 1e-5);
  for (const double r : triplets.residuals) CHECK(r <= tolerance);
}

Values all_singular_values(const Dense& a) {
  const Eigen::VectorXd values = Eigen::BDCSVD<Dense>(a).singularValues();
  return Values(values.data(), values.data() + values.size());
}

/// A sparse matrix with some hundred rows to each of a panel's slabs, and a spectrum that falls.
imf::Csr<float> tall_sparse(std::size_t sparse_rows, std::size_t sparse_cols, bool symmetric) {
  imf::RandomStream random(8, imf::RandomPurpose::test_data);
  imf::Csr<float> a;
  a.cols = sparse_cols;
  for (std::size_t r = 0; r < sparse_rows; ++r) {
    const double weight = 1.0 / (1.0 + 0.05 * static_cast<double>(r));
    for (std::size_t c = r % 3; c < sparse_cols; c += 1 + random.below(100)) {
      const double value = random.uniform() * weight / (1.0 + 0.05 * static_cast<double>(c));
      a.columns.push_back(static_cast<imf::WordId>(c));
      a.values.push_back(static_cast<float>(value));
    }
    a.offsets.push_back(a.columns.size());
  }
  if (!symmetric) return a;
  // The sum of the matrix and its transpose.
  const imf::Csr<float> t = transpose(a);
  imf::Csr<float> sum;
  sum.cols = a.cols;
  for (std::size_t r = 0; r < a.rows(); ++r) {
    for (imf::WordId c = 0; c < a.cols; ++c) {
      const float value = a.at(r, c) + t.at(r, c);
      if (value == 0.0F) continue;
      sum.columns.push_back(c);
      sum.values.push_back(value);
    }
    sum.offsets.push_back(sum.columns.size());
  }
  return sum;
}

}  // namespace

TEST_CASE("sizes follow from the dimension") {
  using Lanczos = BlockLanczos<>;
  CHECK(Lanczos::kept_columns(1) == 48);
  CHECK(Lanczos::kept_columns(16) == 48);
  CHECK(Lanczos::kept_columns(17) == 64);
  CHECK(Lanczos::kept_columns(300) == 336);
  CHECK(Lanczos::basis_columns(1) == 48 + 160);
  CHECK(Lanczos::basis_columns(300) == 336 + 256);
  CHECK(Lanczos::is_dense(239, 1000, 1));
  CHECK(Lanczos::is_dense(1000, 239, 1));
  CHECK(!Lanczos::is_dense(240, 1000, 1));
  CHECK(!Lanczos::is_dense(1000, 240, 1));
  for (std::size_t dimension = 1; dimension < 2000; dimension += 7) {
    CHECK(Lanczos::kept_columns(dimension) >= dimension + 32);
    CHECK(Lanczos::basis_columns(dimension) >= Lanczos::kept_columns(dimension) + 160);
    CHECK(Lanczos::basis_columns(dimension) % 16 == 0);
  }
  CHECK(Lanczos::memory_bytes(100'000, 50'000, 300) >
        4 * std::uint64_t{150'000} * (Lanczos::basis_columns(300) + 16));
  CHECK(Lanczos::memory_bytes(100'000, 10, 5) == 24 * std::uint64_t{1'000'000});
}

TEST_CASE("a matrix with a small side is written out") {
  const Dense a = random_matrix(30, 500, 1);
  imf::ThreadTeam team(1);
  const SVDOptions options{.dimension = 5};
  const auto by_lanczos = BlockLanczos<>{}(operator_of(a), options, team);
  CHECK(same_bits(by_lanczos, imf::DenseSVD{}(operator_of(a), options, team)));
}

TEST_CASE("a random matrix, as BDCSVD sees it" * of_numbers()) {
  const Dense a = random_matrix(rows, cols, 2);
  const Values sigma = all_singular_values(a);
  check_converged(factorize(operator_of(a), {.dimension = 20}), a, sigma, 1e-3);
  const Dense t = a.transpose();
  check_converged(factorize(operator_of(t), {.dimension = 5}), t, sigma, 1e-3);
}

TEST_CASE("a random symmetric matrix, and v = u or v = -u to the last bit" * of_numbers()) {
  const Dense random = random_matrix(cols, cols, 3);
  const Dense a = random + random.transpose();
  const auto triplets = factorize(symmetric_operator_of(a), {.dimension = 20});
  check_converged(triplets, a, all_singular_values(a), 1e-3);
  CHECK(equal_but_for_signs(triplets.left, triplets.right));
}

TEST_CASE("a spectrum that falls" * of_numbers()) {
  const Values sigma = geometric(cols, 10.0, 0.9);
  const KnownSVD known = with_singular_values(rows, cols, sigma, 4);
  const auto triplets = factorize(operator_of(known.a), {.dimension = 10});
  check_converged(triplets, known.a, sigma, 1e-3);
  CHECK(subspace_distance(as_dense(triplets.left), known.left.leftCols(10)) < 1e-3);
  CHECK(subspace_distance(as_dense(triplets.right), known.right.leftCols(10)) < 1e-3);
}

TEST_CASE("values that come several times, and values close together" * of_numbers()) {
  Values sigma(8, 5.0);
  sigma.insert(sigma.end(), 8, 4.0);
  const Values near = geometric(cols - 16, 3.0, 0.999);
  sigma.insert(sigma.end(), near.begin(), near.end());
  const KnownSVD known = with_singular_values(rows, cols, sigma, 5);
  const auto triplets = factorize(operator_of(known.a), {.dimension = 16});
  check_converged(triplets, known.a, sigma, 1e-3);
  CHECK(subspace_distance(as_dense(triplets.left).leftCols(8), known.left.leftCols(8)) < 1e-3);
  CHECK(subspace_distance(as_dense(triplets.left), known.left.leftCols(16)) < 1e-3);
}

TEST_CASE("the identity, and a value that comes more often than a block has columns" *
          of_numbers()) {
  const auto identity = [](std::size_t r, std::size_t c) { return r == c ? 1.0 : 0.0; };
  const auto triplets =
      factorize(archetypes::DenseOperator(cols, cols, identity), {.dimension = 20});
  check_converged(triplets, Dense::Identity(cols, cols), Values(20, 1.0), 1e-3);
  const auto symmetric =
      factorize(archetypes::SymmetricOperator(cols, identity), {.dimension = 20});
  check_converged(symmetric, Dense::Identity(cols, cols), Values(20, 1.0), 1e-3);
  CHECK(symmetric.left == symmetric.right);
}

TEST_CASE("eigenvalues in pairs that differ in sign alone" * of_numbers()) {
  Values lambda;
  Values sigma;
  for (const double value : geometric(40, 3.0, 0.93))
    for (const double sign : {1.0, -1.0}) {
      lambda.push_back(sign * value);
      sigma.push_back(value);
    }
  const Dense a = with_eigenvalues(cols, lambda, 6);
  const auto triplets = factorize(symmetric_operator_of(a), {.dimension = 10});
  check_converged(triplets, a, sigma, 1e-3);
  CHECK(equal_but_for_signs(triplets.left, triplets.right));
  std::size_t negative = 0;
  for (std::size_t i = 0; i < 10; ++i)
    negative += triplets.left(0, i) == -triplets.right(0, i) ? 1U : 0U;
  CHECK(negative == 5);
}

TEST_CASE("a rank below the dimension: the values beyond it are rounding error" * of_numbers()) {
  const KnownSVD known = with_singular_values(rows, cols, {4.0, 2.0, 1.0}, 7);
  const auto triplets = factorize(operator_of(known.a), {.dimension = 10});
  CHECK(triplets.reason == StopReason::converged);
  CHECK(relative_error(Values(triplets.values.begin(), triplets.values.begin() + 3),
                       {4.0, 2.0, 1.0}) < 1e-5);
  for (std::size_t i = 3; i < 10; ++i)
    CHECK(triplets.values[i] <= imf::singular_value_floor * triplets.values[0]);
  CHECK(subspace_distance(as_dense(triplets.left).leftCols(3), known.left) < 1e-5);
  CHECK(subspace_distance(as_dense(triplets.right).leftCols(3), known.right) < 1e-5);

  const Dense symmetric = with_eigenvalues(cols, {4.0, -2.0, 1.0}, 7);
  const auto pairs = factorize(symmetric_operator_of(symmetric), {.dimension = 10});
  CHECK(pairs.reason == StopReason::converged);
  CHECK(relative_error(Values(pairs.values.begin(), pairs.values.begin() + 3), {4.0, 2.0, 1.0}) <
        1e-5);
  for (std::size_t i = 3; i < 10; ++i)
    CHECK(pairs.values[i] <= imf::singular_value_floor * pairs.values[0]);
  CHECK(equal_but_for_signs(pairs.left, pairs.right));
}

TEST_CASE("a matrix of zeros") {
  const auto zero = [](std::size_t, std::size_t) { return 0.0; };
  const auto triplets = factorize(archetypes::DenseOperator(rows, cols, zero), {.dimension = 7});
  CHECK(triplets.values == Values(7, 0.0));
  CHECK(triplets.residuals == Values(7, 0.0));
  CHECK(as_dense(triplets.left) == Dense::Zero(rows, 7));
  CHECK(as_dense(triplets.right) == Dense::Zero(cols, 7));
  CHECK(triplets.products == 1);
}

TEST_CASE("scales far from 1" * of_numbers()) {
  const KnownSVD known = with_singular_values(rows, cols, geometric(cols, 1.0, 0.9), 9);
  for (const double scale : {1e-30, 1e30}) {
    CAPTURE(scale);
    const auto triplets = factorize(operator_of(scale * known.a), {.dimension = 10});
    CHECK(relative_error(triplets.values, geometric(10, scale, 0.9)) < 1e-5);
    CHECK(subspace_distance(as_dense(triplets.left), known.left.leftCols(10)) < 1e-3);
  }
}

TEST_CASE("a sparse matrix, the same bits for any number of threads") {
  const imf::SparseOperator a(tall_sparse(2600, 2100, false));
  const SVDOptions options{.dimension = 8, .tolerance = 1e-2};
  const auto expected = factorize(a, options, 1);
  CHECK(expected.reason == StopReason::converged);
  CHECK(same_bits(factorize(a, options, 1), expected));
  for (const std::size_t threads : {2U, 3U, 7U})
    CHECK(same_bits(factorize(a, options, threads), expected));
}

TEST_CASE("a sparse symmetric matrix, the same bits for any number of threads") {
  const imf::SparseOperator a(tall_sparse(2100, 2100, true));
  REQUIRE(a.is_symmetric());
  const SVDOptions options{.dimension = 8, .tolerance = 1e-2};
  const auto expected = factorize(a, options, 1);
  CHECK(expected.reason == StopReason::converged);
  for (const std::size_t threads : {2U, 3U})
    CHECK(same_bits(factorize(a, options, threads), expected));
}

TEST_CASE("a value that is not finite is refused, wherever it stands" * of_numbers()) {
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {not_a_number, infinity, -infinity}) {
    CAPTURE(bad);
    const auto refuses = [&](auto value_of) {
      const archetypes::DenseOperator a(rows, cols, value_of);
      return holds(
          message_of<imf::NumericError>([&] { static_cast<void>(factorize(a, {.dimension = 5})); }),
          "not finite");
    };
    CHECK(refuses([&](std::size_t r, std::size_t c) { return r == 7 && c == 3 ? bad : 1.0; }));
    CHECK(refuses([&](std::size_t r, std::size_t c) { return r == 7 && c == 3 ? bad : 0.0; }));
    CHECK(refuses([&](std::size_t, std::size_t) { return bad; }));
  }
}

TEST_CASE("the progress callback is told of products and residuals" * of_numbers()) {
  const KnownSVD known = with_singular_values(rows, cols, geometric(cols, 1.0, 0.97), 10);
  std::vector<std::uint64_t> products;
  std::vector<double> residuals;
  const auto triplets =
      factorize(operator_of(known.a),
                {.dimension = 5, .tolerance = 1e-5, .progress = [&](const imf::Progress& progress) {
                   CHECK(progress.stage == "factorizing");
                   CHECK(progress.unit == "products");
                   CHECK(progress.total == 0);
                   products.push_back(progress.done);
                   residuals.push_back(progress.residual);
                   return imf::ProgressAction::proceed;
                 }});
  CHECK(triplets.reason == StopReason::converged);
  REQUIRE(!products.empty());
  for (std::size_t i = 1; i < products.size(); ++i) CHECK(products[i] == products[i - 1] + 2);
  CHECK(products.back() == triplets.products);
  CHECK(residuals.front() == 0.0);
}

TEST_CASE("stopped before there is a result, Stopped is thrown; later what there is comes back" *
          of_numbers()) {
  const Dense a = random_matrix(rows, cols, 11);
  const auto stop_after = [&](std::size_t calls) {
    return factorize(
        operator_of(a),
        {.dimension = 5, .tolerance = 1e-6, .progress = [calls](const imf::Progress&) mutable {
           return --calls == 0 ? imf::ProgressAction::stop : imf::ProgressAction::proceed;
         }});
  };
  for (const std::size_t calls : {1U, 2U})  // 48 columns are kept: three blocks
    CHECK(holds(message_of<imf::Stopped>([&] { static_cast<void>(stop_after(calls)); }),
                "factorizing: stopped"));
  for (const std::size_t calls : {3U, 6U}) {
    const auto triplets = stop_after(calls);
    CHECK(triplets.reason == StopReason::stopped);
    CHECK(triplets.products == 2 * calls);
    check_sound(triplets, a);
  }
}

TEST_CASE("max_products ends the work with what there is" * of_numbers()) {
  const Dense a = random_matrix(rows, cols, 12);
  const Values sigma = all_singular_values(a);
  double worst = std::numeric_limits<double>::infinity();
  for (const std::size_t most : {2U, 12U}) {
    const auto triplets = factorize(operator_of(a), {.dimension = 5, .max_products = most});
    CHECK(triplets.reason == StopReason::product_limit);
    CHECK(triplets.products <= std::max<std::size_t>(most + 1, 7));  // 7: the first three blocks
    check_sound(triplets, a);
    const double error = relative_error(triplets.values, sigma);
    CHECK(error < worst);
    worst = error;
  }
}

TEST_CASE("a tighter tolerance gives smaller residuals for more products" * of_numbers()) {
  const KnownSVD known = with_singular_values(rows, cols, geometric(cols, 1.0, 0.995), 13);
  double before = 1.0;
  std::size_t products = 0;
  for (const double tolerance : {1e-1, 1e-3, 1e-5}) {
    CAPTURE(tolerance);
    const auto triplets =
        factorize(operator_of(known.a), {.dimension = 10, .tolerance = tolerance});
    CHECK(triplets.reason == StopReason::converged);
    check_sound(triplets, known.a);
    const double worst = *std::max_element(triplets.residuals.begin(), triplets.residuals.end());
    CHECK(worst <= tolerance);
    CHECK(worst <= before);
    CHECK(triplets.products >= products);
    before = worst;
    products = triplets.products;
  }
}

TEST_CASE("restarts go on where the basis is full" * of_numbers()) {
  // Far more values in a narrow band than the basis has columns.
  constexpr std::size_t size = 900;
  imf::Csr<float> diagonal;
  diagonal.cols = size;
  Values sigma;
  for (std::size_t i = 0; i < size; ++i) {
    diagonal.columns.push_back(static_cast<imf::WordId>((i + 1) % size));
    diagonal.values.push_back(static_cast<float>(2.0 - static_cast<double>(i) / size));
    diagonal.offsets.push_back(i + 1);
    sigma.push_back(static_cast<double>(diagonal.values.back()));
  }
  const imf::SparseOperator a(diagonal);
  const auto triplets = factorize(a, {.dimension = 10, .tolerance = 1e-4});
  CHECK(triplets.restarts > 0);
  CHECK(triplets.reason == StopReason::converged);
  CHECK(relative_error(triplets.values, sigma) < 1e-5);
  CHECK(orthogonality_error(as_dense(triplets.left)) < 1e-5);
}
