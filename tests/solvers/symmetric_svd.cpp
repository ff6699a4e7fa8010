// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/symmetric_svd.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/SVD>

#include <implicitmf/association/shifted_pmi_matrix.hpp>
#include <implicitmf/association/sparse_operator.hpp>
#include <implicitmf/corpus/encode_sentences.hpp>
#include <implicitmf/counting/cooccurrence_counter.hpp>

#include "archetypes.hpp"
#include "solvers/support.hpp"
#include "support/messages.hpp"

namespace imf = implicitmf;
using namespace solver_tests;
using imf::AlignedMatrix;
using imf::StopReason;
using imf::SVDOptions;
using imf::SVDResult;
using imf::SymmetricSVD;
using support::holds;
using support::message_of;

namespace {

template <imf::LinearOperator Operator>
SVDResult factorize(const Operator& a, const SVDOptions& options) {
  return SymmetricSVD{options}.factorize(a);
}

bool same_bits(const SVDResult& a, const SVDResult& b) {
  return a.factors == b.factors && a.singular_values == b.singular_values &&
         a.residuals == b.residuals && a.rank == b.rank && a.products == b.products &&
         a.restarts == b.restarts && a.reason == b.reason;
}

Dense product_of(const SVDResult& result) {
  return as_dense(result.words()) * as_dense(result.contexts()).transpose();
}

/// The entry of largest magnitude in a column, the first of equal ones.
double dominant(const AlignedMatrix& m, std::size_t column) {
  double largest = 0.0;
  for (std::size_t r = 0; r < m.rows(); ++r)
    if (std::abs(static_cast<double>(m(r, column))) > std::abs(largest))
      largest = static_cast<double>(m(r, column));
  return largest;
}

/// Checks what factorize() promises of any matrix `a`, for results with power 1/2.
void check_sound(const SVDResult& result, const Dense& a, std::size_t rank) {
  const std::size_t dimension = result.singular_values.size();
  CHECK(is_descending(result.singular_values));
  CHECK(result.rank == rank);
  CHECK(result.seconds >= 0.0);
  REQUIRE(result.words().rows() == static_cast<std::size_t>(a.rows()));
  REQUIRE(result.contexts().rows() == static_cast<std::size_t>(a.cols()));
  REQUIRE(result.words().cols() == dimension);
  REQUIRE(result.contexts().cols() == dimension);
  Dense left = as_dense(result.words());
  Dense right = as_dense(result.contexts());
  for (std::size_t i = 0; i < dimension; ++i) {
    CAPTURE(i);
    const double sigma = result.singular_values[i];
    if (i >= rank) {
      CHECK(sigma == 0.0);
      CHECK(result.residuals[i] == 0.0);
      CHECK(left.col(index(i)).isZero(0.0));
      CHECK(right.col(index(i)).isZero(0.0));
      continue;
    }
    CHECK(dominant(result.words(), i) > 0.0);
    left.col(index(i)) /= std::sqrt(sigma);
    right.col(index(i)) /= std::sqrt(sigma);
    const double actual = residual(a, left, right, result.singular_values, i) / sigma;
    const double rounding = 3e-5 * result.singular_values[0] / sigma;
    CHECK(std::abs(actual - result.residuals[i]) < 0.01 * actual + rounding);
  }
  if (rank == 0) return;
  CHECK(orthogonality_error(left.leftCols(index(rank))) < 1e-5);
  CHECK(orthogonality_error(right.leftCols(index(rank))) < 1e-5);
}

struct Shape {
  std::size_t rows;
  std::size_t cols;
};

/// Triplets of a 3 x 3 matrix, made up so that each finishing step shows.
SVDResult finish_made_up(const SVDOptions& options) {
  imf::SingularTriplets triplets;
  triplets.left = AlignedMatrix(3, options.dimension);
  triplets.right = AlignedMatrix(3, options.dimension);
  const float left[3][3] = {{0.5F, -0.5F, 1.0F}, {-0.25F, 0.25F, 0.0F}, {-0.5F, 0.5F, 0.0F}};
  const float right[3][3] = {{0.5F, 1.0F, 1.0F}, {0.25F, -2.0F, 0.0F}, {-0.125F, 0.0F, 0.0F}};
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t c = 0; c < 3; ++c) {
      triplets.left(r, c) = left[r][c];
      triplets.right(r, c) = right[r][c];
    }
  triplets.values = {16.0, 4.0, 16.0 * imf::singular_value_floor};
  triplets.residuals = {0.1, 0.2, 0.3};
  triplets.products = 7;
  triplets.restarts = 2;
  triplets.reason = StopReason::product_limit;
  const archetypes::KnownTriplets algorithm(
      std::make_shared<const imf::SingularTriplets>(std::move(triplets)));
  const archetypes::DenseOperator a(3, 3, [](std::size_t, std::size_t) { return 0.0; });
  return SymmetricSVD(options, algorithm).factorize(a);
}

}  // namespace

TEST_CASE("triplets are signed, scaled and cut at the floor, whatever the algorithm") {
  const SVDResult result = finish_made_up({.dimension = 3});
  // Column 0: 0.5 and -0.5 are equal in magnitude, so the first decides: nothing changes.
  // Column 1: the first is negative: both sides change their signs. Column 2: rounding error.
  const Dense words{{2.0, 1.0, 0.0}, {-1.0, -0.5, 0.0}, {-2.0, -1.0, 0.0}};
  const Dense contexts{{2.0, -2.0, 0.0}, {1.0, 4.0, 0.0}, {-0.5, 0.0, 0.0}};
  CHECK(as_dense(result.words()) == words);
  CHECK(as_dense(result.contexts()) == contexts);
  CHECK(result.singular_values == Values{16.0, 4.0, 0.0});
  CHECK(result.residuals == Values{0.1, 0.2, 0.0});
  CHECK(result.rank == 2);
  CHECK(result.products == 7);
  CHECK(result.restarts == 2);
  CHECK(result.reason == StopReason::product_limit);
}

TEST_CASE("the power splits the singular values, and columns beyond the rank are 0 at any power") {
  const Dense u{{0.5, 0.5}, {-0.25, -0.25}, {-0.5, -0.5}};
  const Dense v{{0.5, -1.0}, {0.25, 2.0}, {-0.125, 0.0}};
  for (const double p : {0.0, 0.25, 0.5, 1.0}) {
    CAPTURE(p);
    const SVDResult result = finish_made_up({.dimension = 3, .power = p});
    const Eigen::Vector2d w_scale(std::pow(16.0, p), std::pow(4.0, p));
    const Eigen::Vector2d c_scale(std::pow(16.0, 1.0 - p), std::pow(4.0, 1.0 - p));
    CHECK((as_dense(result.words()).leftCols(2) - u * w_scale.asDiagonal()).norm() < 1e-5);
    CHECK((as_dense(result.contexts()).leftCols(2) - v * c_scale.asDiagonal()).norm() < 1e-5);
    CHECK(as_dense(result.words()).col(2).isZero(0.0));
    CHECK(as_dense(result.contexts()).col(2).isZero(0.0));
  }
}

TEST_CASE("small and large matrices of any shape, as JacobiSVD or their making has them" *
          of_numbers()) {
  for (const Shape& shape : {Shape{1, 30}, Shape{30, 1}, Shape{20, 50}, Shape{50, 20}}) {
    CAPTURE(shape.rows);
    const Dense a = random_matrix(shape.rows, shape.cols, 1);
    const std::size_t most = std::min(shape.rows, shape.cols);
    const Eigen::JacobiSVD<Dense> svd(a);
    const SVDResult result = factorize(operator_of(a), {.dimension = most});
    check_sound(result, a, most);
    CHECK(relative_error(result.singular_values,
                         Values(svd.singularValues().data(), svd.singularValues().data() + most)) <
          1e-6);
    CHECK((product_of(result) - a).norm() < 1e-5 * a.norm());  // nothing is cut off
  }
  for (const Shape& shape : {Shape{300, 260}, Shape{260, 300}, Shape{2500, 250}}) {
    CAPTURE(shape.rows);
    const Values sigma = geometric(40, 7.0, 0.8);
    const KnownSVD known = with_singular_values(shape.rows, shape.cols, sigma, 2);
    const SVDResult result = factorize(operator_of(known.a), {.dimension = 12});
    check_sound(result, known.a, 12);
    CHECK(relative_error(result.singular_values, sigma) < 1e-5);
    // The best approximation of its rank is off by the values that are left out.
    double left_out = 0.0;
    for (std::size_t i = 12; i < sigma.size(); ++i) left_out += sigma[i] * sigma[i];
    CHECK((product_of(result) - known.a).norm() ==
          doctest::Approx(std::sqrt(left_out)).epsilon(1e-3));
  }
}

TEST_CASE("W times C is the same for any power" * of_numbers()) {
  for (const std::size_t size : {40U, 260U}) {  // written out, and by Lanczos
    const KnownSVD known = with_singular_values(size + 20, size, geometric(30, 2.0, 0.8), 3);
    const archetypes::DenseOperator a = operator_of(known.a);
    const Dense expected =
        known.left.leftCols(8) *
        Eigen::Map<const Eigen::VectorXd>(geometric(8, 2.0, 0.8).data(), 8).asDiagonal() *
        known.right.leftCols(8).transpose();
    for (const double p : {0.0, 0.3, 0.5, 1.0}) {
      CAPTURE(p);
      const SVDResult result = factorize(a, {.dimension = 8, .power = p, .tolerance = 1e-5});
      CHECK((product_of(result) - expected).norm() < 2e-5 * expected.norm());
      if (p == 0.0) CHECK(orthogonality_error(as_dense(result.words())) < 1e-5);
      if (p == 1.0) CHECK(orthogonality_error(as_dense(result.contexts())) < 1e-5);
      for (std::size_t i = 0; i < 8; ++i)
        CHECK(as_dense(result.words()).col(index(i)).norm() ==
              doctest::Approx(std::pow(result.singular_values[i], p)));
    }
  }
}

TEST_CASE("of a symmetric matrix C is W but for the signs of columns, to the last bit" *
          of_numbers()) {
  Values lambda;
  for (const double value : geometric(20, 3.0, 0.8)) {
    lambda.push_back(value);
    lambda.push_back(-value);
  }
  for (const std::size_t size : {50U, 260U}) {
    CAPTURE(size);
    const Dense a = with_eigenvalues(size, lambda, 4);
    const SVDResult result = factorize(symmetric_operator_of(a), {.dimension = 10});
    check_sound(result, a, 10);
    CHECK(equal_but_for_signs(result.words(), result.contexts()));
    std::size_t negative = 0;
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(result.singular_values[i] == doctest::Approx(std::abs(lambda[i])).epsilon(1e-5));
      negative += dominant(result.contexts(), i) < 0.0 ? 1U : 0U;
    }
    CHECK(negative == 5);
  }
}

TEST_CASE("a rank below the dimension is reported, and the columns beyond it are 0" *
          of_numbers()) {
  for (const std::size_t size : {40U, 260U}) {
    CAPTURE(size);
    const KnownSVD known = with_singular_values(size + 20, size, {4.0, 2.0, 1.0}, 5);
    const SVDResult result = factorize(operator_of(known.a), {.dimension = 10});
    check_sound(result, known.a, 3);
    CHECK(result.reason == StopReason::converged);
    CHECK((product_of(result) - known.a).norm() < 1e-5 * known.a.norm());
  }
}

TEST_CASE("a matrix of zeros has rank 0") {
  for (const std::size_t size : {10U, 260U}) {
    const archetypes::DenseOperator a(size + 5, size, [](std::size_t, std::size_t) { return 0.0; });
    const SVDResult result = factorize(a, {.dimension = 7});
    check_sound(result, Dense::Zero(index(size + 5), index(size)), 0);
    CHECK(result.reason == StopReason::converged);
  }
}

TEST_CASE("scales far from 1" * of_numbers()) {
  for (const std::size_t size : {40U, 260U})
    for (const double scale : {1e-30, 1e30}) {
      CAPTURE(size);
      CAPTURE(scale);
      const KnownSVD known = with_singular_values(size + 20, size, geometric(30, 1.0, 0.8), 6);
      const SVDResult result = factorize(operator_of(scale * known.a), {.dimension = 6});
      check_sound(result, scale * known.a, 6);
      CHECK(relative_error(result.singular_values, geometric(6, scale, 0.8)) < 1e-5);
    }
}

TEST_CASE("the factors are the same bits for any number of threads, and the second time") {
  // Sparse, with a few slabs of rows and of columns.
  imf::RandomStream random(7, imf::RandomPurpose::test_data);
  imf::Csr<float> matrix;
  matrix.cols = 2200;
  for (std::size_t r = 0; r < 3100; ++r) {
    for (std::size_t c = random.below(30); c < matrix.cols; c += 1 + random.below(150)) {
      matrix.columns.push_back(static_cast<imf::WordId>(c));
      matrix.values.push_back(
          static_cast<float>(random.uniform() / static_cast<double>(1 + r + c)));
    }
    matrix.offsets.push_back(matrix.columns.size());
  }
  const imf::SparseOperator a(std::move(matrix));
  const auto with_threads = [&](std::size_t threads) {
    return factorize(a, {.dimension = 6, .threads = threads});
  };
  const SVDResult expected = with_threads(1);
  CHECK(expected.rank == 6);
  CHECK(expected.reason == StopReason::converged);
  for (const std::size_t threads : {1U, 2U, 3U, 7U})
    CHECK(same_bits(with_threads(threads), expected));
}

TEST_CASE("the seed changes the bits and not the values" * of_numbers()) {
  const KnownSVD known = with_singular_values(300, 260, geometric(40, 1.0, 0.8), 8);
  const auto with_seed = [&](std::uint64_t seed) {
    return factorize(operator_of(known.a), {.dimension = 6, .seed = seed});
  };
  const SVDResult one = with_seed(1);
  const SVDResult two = with_seed(2);
  CHECK(one.factors != two.factors);
  CHECK(relative_error(one.singular_values, two.singular_values) < 1e-5);
  CHECK((as_dense(one.words()) - as_dense(two.words())).norm() < 1e-2);
}

TEST_CASE("options out of their range are refused by name, before any product") {
  const Dense a = random_matrix(30, 20, 9);
  const auto refusal = [&](const SVDOptions& options) {
    return message_of<imf::ConfigError>(
        [&] { static_cast<void>(factorize(operator_of(a), options)); });
  };
  CHECK(holds(refusal({.dimension = 0}), "dimension: must be 1 to 20"));
  CHECK(holds(refusal({.dimension = 21}), "dimension: must be 1 to 20"));
  CHECK(holds(refusal({.dimension = 5, .power = 1.5}), "power: "));
  CHECK(holds(refusal({.dimension = 5, .tolerance = 0.0}), "tolerance: "));
  CHECK(holds(refusal({.dimension = 5, .max_products = 1}), "max_products: "));
  CHECK(holds(refusal({}), "dimension: must be 1 to 20"));  // the default is 100
}

TEST_CASE("a value that is not finite is refused" * of_numbers()) {
  for (const std::size_t size : {20U, 260U}) {
    Dense a = random_matrix(size, size, 10);
    a(3, 5) = std::numeric_limits<double>::quiet_NaN();
    CHECK(holds(message_of<imf::NumericError>(
                    [&] { static_cast<void>(factorize(operator_of(a), {.dimension = 5})); }),
                "not finite"));
  }
}

TEST_CASE("a callback that says stop gets an error or what there is" * of_numbers()) {
  const Dense a = random_matrix(300, 260, 11);
  const auto stop_after = [&](std::size_t calls) {
    return factorize(
        operator_of(a),
        {.dimension = 5, .tolerance = 1e-5, .progress = [calls](const imf::Progress&) mutable {
           return --calls == 0 ? imf::ProgressAction::stop : imf::ProgressAction::proceed;
         }});
  };
  CHECK_THROWS_AS(static_cast<void>(stop_after(1)), imf::Stopped);
  const SVDResult result = stop_after(5);
  CHECK(result.reason == StopReason::stopped);
  check_sound(result, a, 5);

  const SVDResult limited = factorize(operator_of(a), {.dimension = 5, .max_products = 9});
  CHECK(limited.reason == StopReason::product_limit);
  check_sound(limited, a, 5);
}

TEST_CASE("what an algorithm for the SVD is") {
  using archetypes::DenseOperator;
  static_assert(imf::SVDAlgorithm<archetypes::KnownTriplets, DenseOperator>);
  static_assert(imf::SVDAlgorithm<imf::BlockLanczos<>, DenseOperator>);
  static_assert(imf::SVDAlgorithm<imf::DenseSVD, DenseOperator>);
  static_assert(!imf::SVDAlgorithm<imf::DenseSVD, Dense>);

  struct Wordless {
    void operator()(const DenseOperator&, const SVDOptions&, imf::ThreadTeam&) const;
  };
  static_assert(!imf::SVDAlgorithm<Wordless, DenseOperator>);

  const Dense a = random_matrix(40, 30, 12);
  CHECK(
      same_bits(SymmetricSVD(SVDOptions{.dimension = 4}, imf::DenseSVD{}).factorize(operator_of(a)),
                factorize(operator_of(a), {.dimension = 4})));
}

TEST_CASE("a route made of the least that its concepts ask for") {
  archetypes::Sentences sentences(8);
  const auto corpus = imf::encode_sentences(sentences, {.min_count = 1});
  const archetypes::Window window({.unit = 1, .before = {2}, .after = {1}, .description = "own"});
  const auto counts = imf::CooccurrenceCounter(window).count(corpus);
  const imf::ShiftedPMIMatrix matrix(counts, archetypes::EvenContexts(2.0), {},
                                     archetypes::ConstantMeasure(3.0));
  // Words beside themselves alone: 3 on the diagonal, but for "0", which stands by itself.
  const SVDResult result = factorize(matrix, {.dimension = 8});
  CHECK(result.rank == 7);
  for (std::size_t i = 0; i < 7; ++i) CHECK(result.singular_values[i] == doctest::Approx(3.0));
}
