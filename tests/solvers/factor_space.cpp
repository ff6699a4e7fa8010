// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/factor_space.hpp>

#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "support/random_counts.hpp"

namespace imf = implicitmf;
using doctest::Approx;
using imf::AlignedMatrix;
using imf::Factors;
using support::random_matrix;

TEST_CASE("dot sums the products of all entries, the same for any number of threads") {
  for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{3000}}) {
    const Factors a{random_matrix(rows, 19, 1, 1.0F), random_matrix(5, 19, 2, 1.0F)};
    const Factors b{random_matrix(rows, 19, 3, 1.0F), random_matrix(5, 19, 4, 1.0F)};
    long double exact = 0;
    for (const auto& [x, y] : {std::pair(&a.words, &b.words), std::pair(&a.contexts, &b.contexts)})
      for (std::size_t r = 0; r < x->rows(); ++r)
        for (std::size_t k = 0; k < 19; ++k)
          exact += static_cast<long double>((*x)(r, k)) * static_cast<long double>((*y)(r, k));
    imf::ThreadTeam one(1);
    imf::ThreadTeam three(3);
    const double sum = imf::detail::dot(a, b, one);
    CHECK(sum == Approx(static_cast<double>(exact)).epsilon(1e-12));
    CHECK(imf::detail::dot(a, b, three) == sum);
  }
}

TEST_CASE("combine and scale_rows go over all entries") {
  imf::ThreadTeam team(2);
  Factors y{random_matrix(2000, 5, 1, 1.0F), random_matrix(3, 5, 2, 1.0F)};
  const Factors before = y;
  const Factors x{random_matrix(2000, 5, 3, 1.0F), random_matrix(3, 5, 4, 1.0F)};
  imf::detail::combine(y, 2.0, -0.5, x, team);
  std::vector<float> factors;
  for (std::size_t r = 0; r < 2000; ++r) factors.push_back(static_cast<float>(r));
  imf::detail::scale_rows(y.words, factors, team);
  for (std::size_t r = 0; r < 2000; ++r)
    for (std::size_t k = 0; k < 5; ++k)
      REQUIRE(y.words(r, k) == Approx(static_cast<double>(factors[r] * (2.0F * before.words(r, k) -
                                                                        0.5F * x.words(r, k))))
                                   .epsilon(1e-5));
  CHECK(y.contexts(2, 4) ==
        Approx(static_cast<double>(2.0F * before.contexts(2, 4) - 0.5F * x.contexts(2, 4)))
            .epsilon(1e-5));
}
