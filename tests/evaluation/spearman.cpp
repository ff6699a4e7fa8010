// SPDX-License-Identifier: MIT
#include <implicitmf/evaluation/spearman.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

namespace {

namespace imf = implicitmf;
using Values = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The rank by counting: those below, and half of the others that are equal.
Values counted_ranks(const Values& values) {
  Values ranks;
  for (const double x : values) {
    double rank = 0.5;
    for (const double y : values) rank += y < x ? 1.0 : y == x ? 0.5 : 0.0;
    ranks.push_back(rank);
  }
  return ranks;
}

/// Pearson's correlation by its definition.
double pearson(const Values& x, const Values& y) {
  double mean_x = 0.0;
  double mean_y = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / static_cast<double>(x.size());
    mean_y += y[i] / static_cast<double>(x.size());
  }
  double xy = 0.0;
  double xx = 0.0;
  double yy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

/// Whole numbers below `distinct`, so with ties.
Values random_values(std::size_t n, std::uint32_t distinct, std::uint64_t seed) {
  imf::RandomStream random(seed, imf::RandomPurpose::test_data);
  Values values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(static_cast<double>(random.below(distinct)));
  return values;
}

}  // namespace

TEST_CASE("equal values share the mean of their ranks") {
  CHECK(imf::mean_ranks(Values{}) == Values{});
  CHECK(imf::mean_ranks(Values{7}) == Values{1});
  CHECK(imf::mean_ranks(Values{30, 10, 20}) == Values{3, 1, 2});
  CHECK(imf::mean_ranks(Values{5, 1, 5, 5}) == Values{3, 1, 3, 3});
  CHECK(imf::mean_ranks(Values{0.0, -0.0, infinity, -infinity}) == Values{2.5, 2.5, 4, 1});
}

TEST_CASE("ranks and correlations are those of the definition, with many ties and few") {
  for (const std::uint32_t distinct : {2U, 5U, 1000000U})
    for (const std::size_t n : {2U, 3U, 17U, 200U}) {
      const Values x = random_values(n, distinct, n);
      Values y = random_values(n, distinct, 1000 + n);
      for (std::size_t i = 0; i < n; ++i) y[i] += 0.5 * x[i];
      CHECK(imf::mean_ranks(x) == counted_ranks(x));
      const double expected = pearson(counted_ranks(x), counted_ranks(y));
      if (std::isnan(expected))
        CHECK(std::isnan(imf::spearman(x, y)));
      else
        CHECK(imf::spearman(x, y) == doctest::Approx(expected).epsilon(1e-12));
    }
}

TEST_CASE("known values") {
  CHECK(imf::spearman(Values{1, 2, 3}, Values{10, 200, 3000}) == 1.0);
  CHECK(imf::spearman(Values{1, 2, 3}, Values{3, 2, 1}) == -1.0);
  // IQ and hours of television: 1 - 6 * 194 / (10 * 99).
  const Values iq{106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
  const Values hours{7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
  CHECK(imf::spearman(iq, hours) == doctest::Approx(-29.0 / 165.0).epsilon(1e-14));
}

TEST_CASE("only the order counts, and it may be exchanged") {
  const Values x = random_values(50, 20, 1);
  const Values y = random_values(50, 20, 2);
  Values grown;
  for (const double value : x) grown.push_back(std::exp(value) - 7.0);
  CHECK(imf::spearman(grown, y) == imf::spearman(x, y));
  CHECK(imf::spearman(y, x) == imf::spearman(x, y));
  CHECK(imf::spearman(x, x) == 1.0);
}

TEST_CASE("where there is no correlation it is NaN") {
  CHECK(std::isnan(imf::spearman(Values{}, Values{})));
  CHECK(std::isnan(imf::spearman(Values{1}, Values{2})));
  CHECK(std::isnan(imf::spearman(Values{1, 1, 1}, Values{1, 2, 3})));
  CHECK(std::isnan(imf::spearman(Values{1, 2, 3}, Values{4, 4, 4})));
  CHECK(std::isnan(imf::spearman(Values{1, not_a_number, 3}, Values{1, 2, 3})));
  CHECK(std::isnan(imf::spearman(Values{1, 2, 3}, Values{not_a_number, 1, 2})));
}

TEST_CASE("series of different lengths are refused") {
  CHECK_THROWS_WITH_AS(static_cast<void>(imf::spearman(Values{1, 2}, Values{1, 2, 3})),
                       "y: must have as many values as x", imf::ConfigError);
}
