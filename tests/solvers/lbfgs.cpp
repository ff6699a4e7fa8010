// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/lbfgs.hpp>

#include <cmath>
#include <cstddef>
#include <limits>

#include <doctest/doctest.h>

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::Factors;
using imf::detail::LBFGS;

namespace {

/// Rosenbrock's function of the two numbers of a 1 × 2 matrix: a curved valley to (1, 1).
struct Rosenbrock {
  static double evaluate(const Factors& point, Factors& gradient) {
    const auto x = static_cast<double>(point.words(0, 0));
    const auto y = static_cast<double>(point.words(0, 1));
    const double across = y - x * x;
    gradient.words(0, 0) = static_cast<float>(-2.0 * (1.0 - x) - 400.0 * x * across);
    gradient.words(0, 1) = static_cast<float>(200.0 * across);
    return (1.0 - x) * (1.0 - x) + 100.0 * across * across;
  }
  static void precondition(const Factors&, Factors&) {}
  static double first_scale() { return 1e-3; }
};

/// x² / 2 in many numbers, but infinite beyond |x| > 10.
struct Walled {
  static double evaluate(const Factors& point, Factors& gradient) {
    double sum = 0.0;
    for (std::size_t k = 0; k < point.words.cols(); ++k) {
      const float x = point.words(0, k);
      if (std::abs(x) > 10.0F) return std::numeric_limits<double>::infinity();
      gradient.words(0, k) = x;
      sum += 0.5 * static_cast<double>(x) * static_cast<double>(x);
    }
    return sum;
  }
  static void precondition(const Factors&, Factors&) {}
  static double first_scale() { return 1000.0; }  // far too large
};

Factors row_of(std::initializer_list<float> values) {
  Factors point{AlignedMatrix(1, values.size()), AlignedMatrix(0, values.size())};
  std::size_t k = 0;
  for (const float x : values) point.words(0, k++) = x;
  return point;
}

}  // namespace

TEST_CASE("it finds the end of a curved valley, and never rises") {
  Rosenbrock problem;
  imf::ThreadTeam team(1);
  LBFGS<Rosenbrock> search(problem, row_of({-1.2F, 1.0F}), team);
  double before = search.value();
  CHECK(before == Approx(24.2).epsilon(1e-6));
  int steps = 0;
  for (; steps < 100 && search.step(); ++steps) {
    CHECK(search.value() < before);
    before = search.value();
  }
  CHECK(steps < 100);
  CHECK(static_cast<double>(search.point().words(0, 0)) == Approx(1.0).epsilon(1e-3));
  CHECK(search.value() < 1e-8);
  CHECK(search.evaluations() < 150);
}

TEST_CASE("it comes back from where the value is infinite") {
  Walled problem;
  imf::ThreadTeam team(1);
  LBFGS<Walled> search(problem, row_of({3.0F, -2.0F, 1.0F}), team);
  while (search.value() > 1e-12 && search.step()) CHECK(std::isfinite(search.value()));
  CHECK(search.value() <= 1e-12);
}

TEST_CASE("at the minimum there is no step") {
  Walled problem;
  imf::ThreadTeam team(1);
  LBFGS<Walled> search(problem, row_of({0.0F, 0.0F}), team);
  CHECK_FALSE(search.step());
  CHECK(search.value() == 0.0);
}
